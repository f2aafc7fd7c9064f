/** Permissions that no scenario can use, each with its reason. What is not listed here and not used is too much. */
export const UNREACHED: readonly {
  readonly bundle: string;
  readonly action: string;
  readonly reason: string;
}[] = [
  {
    bundle: 'fallback',
    action: 'autoscaling:LaunchInstances',
    reason: 'groups tagged spot-responder/launch: instances; none of the scenarios’ is',
  },
];
