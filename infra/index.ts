/** What `import … from 'spot-responder'` gives: the responder as a construct for your own CDK app. */
export { type BuiltCode, builtCode } from './built-code.ts';
export { type Choice, Network, Rebalance, ScheduledChange, Slack, VPC_ENDPOINTS } from './choices.ts';
export { SETTINGS, type Settings } from './config.ts';
export { type FallbackOptions, MixedCapacity, type MixedCapacityProps } from './constructs/mixed-capacity.ts';
export type { GroupSize, NodeGroup, NodeGroupProps } from './constructs/node-group.ts';
export { SpotNodeGroup, type SpotNodeGroupProps } from './constructs/spot-node-group.ts';
export { ForwardingStack, type ForwardingStackProps } from './forwarding-stack.ts';
export { SpotResponder, type SpotResponderProps } from './spot-responder.ts';
