import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { FinalAck } from './state.ts';
import { parseAck } from './wire.ts';

type Marker =
  | { readonly type: 'found'; readonly ack: FinalAck }
  | { readonly type: 'absent' }
  /** Nobody can say whether it is there. */
  | { readonly type: 'unreadable'; readonly reason: string };

/** Marker objects: a complete checkpoint's proof that needs no rights in the cluster. */
export interface Markers {
  /** Looks once for `<prefix>/_COMPLETE/<id>`; never throws. */
  read(prefix: string, id: string): Promise<Marker>;
}

/** Markers in S3. The client is loaded when the first gang asks for it: most deployments never do. */
export function s3Markers(config: S3ClientConfig): Markers {
  let client: Promise<S3Client> | undefined;
  return {
    async read(prefix, id) {
      const [, bucket = '', path = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(prefix) ?? [];
      const key = [path.replace(/\/+$/, ''), '_COMPLETE', id].filter(Boolean).join('/');
      try {
        const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
        // A bucket may be in another region than the cluster.
        client ??= Promise.resolve(new S3Client({ ...config, followRegionRedirects: true, maxAttempts: 2 }));
        const abortSignal = AbortSignal.timeout(READ_TIMEOUT_MS);
        const command = new GetObjectCommand({ Bucket: bucket, Key: key });
        return await toMarker(id, await (await client).send(command, { abortSignal }));
      } catch (error) {
        return toAbsence(error, `s3:GetObject on s3://${bucket}/${key}`);
      }
    },
  };
}

const READ_TIMEOUT_MS = 5_000;

async function toMarker(id: string, { Body, LastModified }: GetObjectCommandOutput): Promise<Marker> {
  const ack = parseAck(await Body?.transformToString());
  if (ack?.id !== id || ack.state !== 'Complete')
    return { type: 'unreadable', reason: `the marker of ${id} does not say Complete for that id` };
  return { type: 'found', ack: { ...ack, state: 'Complete', at: ack.at ?? LastModified } };
}

/** S3 says 403 for an absent key to those who may not list the bucket. */
function toAbsence(error: unknown, operation: string): Marker {
  if (!(error instanceof Error)) return { type: 'unreadable', reason: `${operation}: ${String(error)}` };
  if (error.name === 'NoSuchKey') return { type: 'absent' };
  const hint =
    error.name === 'AccessDenied' ? '; the responder needs s3:GetObject and s3:ListBucket there' : '';
  return { type: 'unreadable', reason: `${operation}: ${error.name}: ${error.message}${hint}` };
}
