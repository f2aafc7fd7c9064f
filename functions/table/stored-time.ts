import * as z from 'zod/mini';

/** A time as the table keeps it: ISO 8601 text outside, a `Date` inside. */
export const storedTime = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
