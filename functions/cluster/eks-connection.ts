import type { IncomingMessage } from 'node:http';
import type { EKSClientConfig } from '@aws-sdk/client-eks';
import type { Eks } from './eks.ts';
import { type EksIdentity, eksCredentials } from './eks-credentials.ts';
import type { ClusterEndpoint } from './endpoint.ts';
import { type Connection, type OutgoingRequest, openConnection } from './transport.ts';

export interface EksConnectionOptions extends EksIdentity {
  /** What is known without asking EKS; it may be old. */
  readonly known?: (clusterName: string) => Promise<ClusterEndpoint | undefined>;
  /** EKS's own word. */
  readonly lookUp: (clusterName: string) => Promise<ClusterEndpoint>;
  /**
   * An endpoint that is only known, and has shown no certificate of the cluster for this long, is looked up beside the
   * request. Wall time, as all time-outs of the network. @default 5000
   */
  readonly doubtMs?: number;
}

/** Asks EKS. Its client is loaded with the first question: with an index there is none in most runs. */
export function eksLookUp(
  settings: EKSClientConfig & { readonly region: string },
): (clusterName: string) => Promise<ClusterEndpoint> {
  let eks: Promise<Eks> | undefined;
  return async (clusterName) => {
    eks ??= import('./eks.ts').then(({ openEks }) => openEks(settings));
    return (await eks).describeCluster(clusterName);
  };
}

/** In a storm an API server is slow for all: were that a doubt, every run would ask EKS. */
const DOUBT_MS = 5_000;
/** A cluster in trouble fails many requests at once; its endpoint is asked for no more often than this. */
const ASK_AGAIN_MS = 30_000;

/**
 * A connection that moves with its cluster: when there is no answer, EKS is asked where the cluster is, and if it is
 * elsewhere the request goes there. Throws what `lookUp` throws.
 */
export async function openEksConnection(
  clusterName: string,
  options: EksConnectionOptions,
): Promise<Connection> {
  const whereabouts = await findCluster(clusterName, options);
  return {
    name: clusterName,
    get server() {
      return whereabouts.place().connection.server;
    },
    send: async (request) => {
      const tried = whereabouts.place();
      try {
        const sent = tried.proven
          ? tried.connection.send(request)
          : sendInDoubt(options.doubtMs ?? DOUBT_MS, whereabouts, tried, request);
        const answer = await sent;
        tried.proven = true;
        return answer;
      } catch (error) {
        if (request.signal?.aborted || !(await whereabouts.hasMoved(tried))) throw error;
        return whereabouts.place().connection.send(request);
      }
    },
  };
}

interface Place {
  readonly endpoint: ClusterEndpoint;
  readonly connection: Connection;
  /** It has answered or shown a certificate of the cluster, or EKS itself named it. */
  proven: boolean;
}

interface Whereabouts {
  place(): Place;
  /** Asks EKS, unless it was asked just now. True when a request has a better place to go than `tried`. */
  hasMoved(tried: Place): Promise<boolean>;
}

async function findCluster(clusterName: string, options: EksConnectionOptions): Promise<Whereabouts> {
  const { clock, known, lookUp } = options;
  const credentials = eksCredentials(clusterName, options);
  const open = (endpoint: ClusterEndpoint, proven: boolean): Place => {
    const tls = endpoint.ca ? { tls: { ca: Buffer.from(endpoint.ca, 'base64') } } : {};
    const connection = openConnection({ name: clusterName, server: endpoint.server, credentials, ...tls });
    return { endpoint, connection, proven };
  };
  const remembered = await known?.(clusterName);
  let place = remembered ? open(remembered, false) : open(await lookUp(clusterName), true);
  let asked: { readonly at: number; readonly answer: Promise<void> } | undefined;
  const askEks = async () => {
    const endpoint = await lookUp(clusterName);
    const same = endpoint.server === place.endpoint.server && endpoint.ca === place.endpoint.ca;
    if (same) place.proven = true;
    else place = open(endpoint, true);
  };
  return {
    place: () => place,
    hasMoved: async (tried) => {
      const now = clock.now().getTime();
      if (place === tried && (!asked || now - asked.at > ASK_AGAIN_MS)) asked = { at: now, answer: askEks() };
      await asked?.answer;
      return place !== tried;
    },
  };
}

async function sendInDoubt(
  doubtMs: number,
  whereabouts: Whereabouts,
  tried: Place,
  request: OutgoingRequest,
): Promise<IncomingMessage> {
  const moved = new AbortController();
  const doubt = setTimeout(() => {
    // That EKS cannot be asked shows when the request itself fails.
    whereabouts.hasMoved(tried).then(
      (isElsewhere) => isElsewhere && moved.abort(),
      () => undefined,
    );
  }, doubtMs);
  const signal = request.signal ? AbortSignal.any([request.signal, moved.signal]) : moved.signal;
  const onProven = () => {
    tried.proven = true;
    clearTimeout(doubt);
  };
  return tried.connection.send({ ...request, signal, onProven }).finally(() => clearTimeout(doubt));
}
