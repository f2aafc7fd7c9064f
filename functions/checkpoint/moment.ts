/** One stage of a gang's save, for the live timeline. */
export interface CheckpointMoment {
  readonly type: 'flagged' | 'saving' | 'saved' | 'unsaved';
  readonly at: Date;
  readonly text: string;
}

export type Tell = (type: CheckpointMoment['type'], text: string) => void;
