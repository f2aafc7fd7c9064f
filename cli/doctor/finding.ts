/** What a check found of one thing. */
export type Finding =
  | { readonly type: 'ok'; readonly about: string; readonly detail: string }
  /** `remedy` is a command, or says what to do. */
  | { readonly type: 'wrong'; readonly about: string; readonly problem: string; readonly remedy: string }
  /** It may be well or not: we were not let in. `permission` is what is missing, where that is the reason. */
  | {
      readonly type: 'not-seen';
      readonly about: string;
      readonly reason: string;
      readonly permission?: string;
    };

/** One link of the chain from a rule to Slack. */
export interface Check<Patient> {
  readonly name: string;
  /** @throws AwsCallError, ClusterError when it could not look. */
  look(patient: Patient): Promise<readonly Finding[]>;
}
