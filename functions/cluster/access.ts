import { type Clock, secondsBetween } from '../clock.ts';
import type { ClusterError } from '../errors.ts';

/**
 * Whether a refusal of access is to be believed. An API server that has just started may know neither our rules nor
 * our token for a moment: its caches are not filled, its authenticator does not answer yet.
 */
export interface Access {
  /** The connection broke, or none could be made. */
  broke(): void;
  /** The server let a request pass. */
  allowed(): void;
  /** True for a refusal soon after a break, by a server that let us in before it. */
  mayPass(fault: ClusterError): boolean;
}

/** From the last break on. Longer than a server on a busy machine takes, and short within a two-minute notice. */
const GRACE_SECONDS = 10;

export function openAccess(clock: Clock): Access {
  let wasAllowed = false;
  let brokeAt: Date | undefined;
  return {
    allowed: () => {
      wasAllowed = true;
    },
    broke: () => {
      brokeAt = clock.now();
    },
    mayPass: ({ fault }) =>
      (fault === 'forbidden' || fault === 'unauthorized') &&
      wasAllowed &&
      brokeAt !== undefined &&
      secondsBetween(brokeAt, clock.now()) < GRACE_SECONDS,
  };
}
