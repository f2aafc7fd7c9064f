import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { isWithin, type MarkerPlace, markerKey } from './marker-place.ts';
import type { FinalAck } from './state.ts';
import { parseAck } from './wire.ts';

type Marker =
  | { readonly type: 'found'; readonly ack: FinalAck }
  | { readonly type: 'absent' }
  /** Nobody can say whether it is there. */
  | { readonly type: 'unreadable'; readonly reason: string };

/** Marker objects: a complete checkpoint's proof that needs no rights in the cluster. */
export interface Markers {
  /** Why markers in that place will never be seen, where that is known beforehand. */
  problemWith(place: MarkerPlace): string | undefined;
  /** Looks once for `<place>/_COMPLETE/<id>`; never throws. */
  read(place: MarkerPlace, id: string): Promise<Marker>;
}

/** Where nobody gave the responder a place to read markers in. */
export const noMarkers: Markers = {
  problemWith: () => `the responder may read no markers: deploy it with ${CONFIGURED_BY}`,
  read: async () => ({ type: 'absent' }),
};

const CONFIGURED_BY = '-c checkpointMarkers=s3://bucket/prefix';

/**
 * Markers in S3, `within` a place or wherever the credentials reach. The client is loaded when the first gang asks for it:
 * most deployments never do.
 */
export function s3Markers(config: S3ClientConfig, within?: MarkerPlace): Markers {
  let client: Promise<S3Client> | undefined;
  return {
    problemWith(place) {
      if (!within || isWithin(place, within)) return undefined;
      const allowed = ['s3:/', within.bucket, within.path].filter(Boolean).join('/');
      return `the responder may read markers below ${allowed} only, as ${CONFIGURED_BY} says`;
    },
    async read(place, id) {
      const { bucket } = place;
      const key = markerKey(place, id);
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

function toAbsence(error: unknown, operation: string): Marker {
  if (!(error instanceof Error)) return { type: 'unreadable', reason: `${operation}: ${String(error)}` };
  if (error.name === 'NoSuchKey') return { type: 'absent' };
  // The stack grants no s3:ListBucket, without which S3 says of an absent object, too, that access is denied.
  const hint =
    error.name === 'AccessDenied'
      ? '; it was never written, or the bucket does not let the responder read it'
      : '';
  return { type: 'unreadable', reason: `${operation}: ${error.name}: ${error.message}${hint}` };
}
