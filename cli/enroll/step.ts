/** What became of one object or access entry; in a dry run, what would. */
export interface Step {
  /** Of AWS `access entry`, else the object's kind. */
  readonly kind: string;
  readonly name: string;
  readonly change: Change;
  /** Which groups, which fields, or why it was left. */
  readonly detail?: string;
}

export type Change = 'created' | 'updated' | 'unchanged' | 'removed' | 'left';

export type Tell = (step: Step) => void;
