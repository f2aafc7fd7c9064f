import { type IRuleTarget, Rule, type RuleProps } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { EventPattern } from '../../functions/signals/kind.ts';
import type { Common } from './node-function.ts';

/**
 * A rule a pattern on the default bus, where AWS delivers the region's own events. What the forwarding stacks of other
 * regions send comes to our own bus, so that it meets no rule of anybody else; the same patterns are matched there.
 */
export function addEventRules(
  scope: Construct,
  { bus, settings }: Pick<Common, 'bus' | 'settings'>,
  patterns: Readonly<Record<string, EventPattern>>,
  targets: readonly IRuleTarget[],
): void {
  for (const [name, pattern] of Object.entries(patterns)) {
    const rule: RuleProps = {
      description: `spot-responder: ${name}`,
      eventPattern: rulePattern(pattern),
      targets: [...targets],
    };
    new Rule(scope, `Rule-${name}`, rule);
    if (settings.extraRegions.length > 0) new Rule(scope, `Forwarded-${name}`, { ...rule, eventBus: bus });
  }
}

/** EventBridge's own form, as the construct library wants it. */
export function rulePattern({ source, 'detail-type': detailType, detail }: EventPattern) {
  return {
    source: [...source],
    detailType: [...detailType],
    ...(detail && {
      detail: Object.fromEntries(Object.entries(detail).map(([field, values]) => [field, [...values]])),
    }),
  };
}
