/** A place in S3 where marker objects lie. */
export interface MarkerPlace {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly path: string;
}

/** Reads `s3://bucket/prefix`. Wildcards are no part of a place: in a permission they would widen it. */
export function parsePlace(text: string): MarkerPlace | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([^/*?$]+)(?:\/([^*?$]*))?$/.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, path: path.replace(/^\/+|\/+$/g, '') };
}

export function isWithin(place: MarkerPlace, outer: MarkerPlace): boolean {
  return (
    place.bucket === outer.bucket && (outer.path === '' || `${place.path}/`.startsWith(`${outer.path}/`))
  );
}

/** The key of the marker that a request is answered with. */
export function markerKey({ path }: MarkerPlace, requestId: string): string {
  return [path, MARKERS, requestId].filter(Boolean).join('/');
}

/** Where under a place its own markers lie, and those of places below it; `*` is any text, as in a permission. */
export function markerPatterns({ path }: MarkerPlace): readonly string[] {
  return [`${MARKERS}/*`, `*/${MARKERS}/*`].map((below) => [path, below].filter(Boolean).join('/'));
}

const MARKERS = '_COMPLETE';
