/** What the wording depends on, apart from what happened. */
export interface Reader {
  /** Names that people know AWS accounts by. */
  readonly accountNames: Readonly<Record<string, string>>;
  /** CloudWatch log group of the responder; without it no log link. */
  readonly logGroup?: string;
  /** `@here` from this level on; absent: never. */
  readonly mentionFrom?: 'info' | 'warning' | 'critical';
}
