/** An HTTP answer of the API server. Errors are `Status` objects, worded as kube-apiserver words them. */
export interface Answer {
  readonly code: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

export function ok(body: unknown, code = 200): Answer {
  return { code, body };
}

export function failure(code: number, reason: string, message: string, details?: StatusDetails): Answer {
  return { code, body: failureStatus(code, reason, message, details) };
}

function failureStatus(code: number, reason: string, message: string, details?: StatusDetails) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function success(code: number): Answer {
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code }, code);
}

export function notFound(resource: string, name: string): Answer {
  return failure(404, 'NotFound', `${resource} "${name}" not found`, { name, kind: resource });
}

export function noSuchPath(): Answer {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function badRequest(message: string): Answer {
  return failure(400, 'BadRequest', message);
}

export function methodNotAllowed(): Answer {
  return failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** `kind` is what the server puts in its place: the kind for preconditions, the resource for stale writes. */
export function conflict(kind: string, name: string, problem: string, group?: string): Answer {
  const qualified = group === undefined ? kind : `${kind}.${group}`;
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified} "${name}": ${problem}`, {
    name,
    ...(group === undefined ? {} : { group }),
    kind,
  });
}

export const STALE =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409 when a patch turned the object into another one, or was made for another version of it. */
export function refuseWrite(
  resource: string,
  before: WrittenMetadata,
  after: WrittenMetadata,
): Answer | undefined {
  const { name, uid, resourceVersion } = before;
  if (after.uid !== uid) {
    const problem = `Precondition failed: UID in precondition: ${after.uid}, UID in object meta: ${uid}`;
    return conflict(resource, name, problem);
  }
  const isSame = after.name === name && after.resourceVersion === resourceVersion;
  return isSame ? undefined : conflict(resource, name, STALE);
}

interface WrittenMetadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** As the plugin NamespaceLifecycle words it. */
export function namespaceTerminating(resource: string, name: string, namespace: string): Answer {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return failure(403, 'Forbidden', `${resource} "${name}" is forbidden: ${why}`, {
    name,
    kind: resource,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

/** A JSON patch that does not apply: the server gives no more than this, whichever operation failed. */
export function patchNotApplicable(): Answer {
  return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

export function invalid(
  kind: string,
  name: string,
  causes: readonly { reason: string; message: string; field: string }[],
): Answer {
  const problems = causes.map((each) => `${each.field}: ${each.message}`);
  const listed = problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`;
  return failure(422, 'Invalid', `${kind} "${name}" is invalid: ${listed}`, { name, kind, causes });
}

export function unsupportedMediaType(accepted: readonly string[]): Answer {
  const types = accepted.join(', ');
  return failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${types}`,
  );
}

export function unauthorized(): Answer {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** The token lets the list go on with the data of now, where its reader can live with that. */
export function expiredPage(token: string): Answer {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const body = { ...failureStatus(410, 'Expired', message), metadata: { continue: token } };
  return { code: 410, body };
}

/** Status of a watch older than what the server kept. */
export function expired(message: string): Answer {
  return failure(410, 'Expired', message);
}
