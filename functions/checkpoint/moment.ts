/** One stage of a gang's save, for the live timeline and for our bus. */
export interface CheckpointMoment {
  readonly type: 'flagged' | 'saving' | 'saved' | 'unsaved';
  readonly at: Date;
  readonly text: string;
  /** Absent where the gang could not be asked at all. */
  readonly save?: SaveStage;
}

/** How far one gang's save is. */
export interface SaveStage {
  /** `pods`: how many it has, on all nodes. */
  readonly gang: { readonly namespace: string; readonly name: string; readonly pods: number };
  /** Id of the request. */
  readonly request: string;
  readonly requestedAt: Date;
  readonly state: 'requested' | 'saving' | 'saved' | 'failed' | 'not-acknowledged' | 'out-of-time';
  readonly savedAt?: Date;
  readonly step?: number;
  readonly uri?: string;
  readonly reason?: string;
}

export type Tell = (moment: Omit<CheckpointMoment, 'at'>) => void;
