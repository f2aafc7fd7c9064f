/** The part of dynalite that we use; it ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Milliseconds a new table stays in CREATING. Default 500. */
    readonly createTableMs?: number;
  }

  /** A DynamoDB in memory, not listening yet. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
