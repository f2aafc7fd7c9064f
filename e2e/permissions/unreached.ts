/** Permissions that no scenario can use, each with its reason. What is not listed here and not used is too much. */
export const UNREACHED: readonly {
  readonly bundle: string;
  readonly action: string;
  readonly reason: string;
}[] = [
  {
    bundle: 'index-nodes',
    action: 'ec2:DescribeInstances',
    reason: 'nodes whose labels name no owner; every node of the scenarios is a node group’s',
  },
];
