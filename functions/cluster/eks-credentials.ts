import { type Clock, secondsBetween } from '../clock.ts';
import { ClusterError } from '../errors.ts';
import { type AwsCredentials, signEksToken } from './eks-token.ts';
import type { Credentials } from './transport.ts';

export interface EksIdentity {
  readonly region: string;
  readonly clock: Clock;
  /** Asked for every token: a role's credentials rotate. */
  readonly credentials: () => Promise<AwsCredentials>;
}

/** EKS takes a token for 15 minutes; a kept one spares the API server a look-up at STS. */
const KEEP_SECONDS = 10 * 60;

/** A bearer token for the cluster, kept while it is fresh. */
export function eksCredentials(
  clusterName: string,
  { region, credentials, clock }: EksIdentity,
): Credentials {
  let kept: { readonly token: Promise<string>; readonly signedAt: Date } | undefined;
  const drop = () => {
    kept = undefined;
  };
  return {
    drop,
    headers: async () => {
      if (!kept || secondsBetween(kept.signedAt, clock.now()) >= KEEP_SECONDS) {
        kept = { token: signEksToken({ clusterName, region, credentials, clock }), signedAt: clock.now() };
      }
      try {
        return { authorization: `Bearer ${await kept.token}` };
      } catch (error) {
        drop();
        const code = error instanceof Error ? error.name : 'unknown';
        throw new ClusterError(
          'unauthorized',
          `Cluster ${clusterName}: no AWS credentials to sign a token with (${code}). Check the role or profile in use.`,
        );
      }
    },
  };
}
