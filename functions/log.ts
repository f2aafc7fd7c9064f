/** Structured logging as a dependency; the Lambda passes a Powertools logger, replay passes a quiet one. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A log that puts `keys` on every line. */
  with(keys: Readonly<Record<string, string>>): Log;
}
