export const REGION = 'us-east-2';
/** The cluster that is enrolled. */
export const CLUSTER = 'prod';

/** The Kubernetes group of each function's access entry, by its bundle; what no cluster lets in has none. */
export const GROUPS: Readonly<Record<string, string>> = {
  respond: 'spot-responder',
  fallback: 'spot-responder',
  'index-nodes': 'spot-responder-index',
};

/** As the audit log names a function. */
export function userOf(bundle: string): string {
  return `arn:aws:sts::111122223333:assumed-role/SpotResponder/${bundle}`;
}

/** Of a function's role. The secret must be found nowhere else. */
export function credentialsOf(caller: string): { accessKeyId: string; secretAccessKey: string } {
  const key = caller.replaceAll(/[^a-z]/gi, '').toUpperCase();
  return { accessKeyId: `AKIAE2E${key}`, secretAccessKey: `${caller}-secret-that-no-log-may-hold` };
}
