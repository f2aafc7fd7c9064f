import { z } from 'zod';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { findResource, physicalIdOf } from './resources.ts';
import { type AccountState, type BusEvent, OWNER_ACCOUNT, ServiceFault } from './state.ts';

type EventsRequest = Exclude<ServiceRequest, { readonly parameters: unknown } | { readonly query: unknown }>;

const Entries = z.object({
  Entries: z
    .array(
      z.object({
        EventBusName: z.string().default('default'),
        Source: z.string().min(1),
        DetailType: z.string().min(1),
        Detail: z.string(),
        /** Seconds since 1970, with a fraction. */
        Time: z.number().optional(),
      }),
    )
    .min(1)
    .max(10),
});
type Entry = z.infer<typeof Entries>['Entries'][number];

/** Answers for EventBridge: events are put, and the rules of a stack can be looked at. */
export function answerEventBridge(
  state: AccountState,
  { body, operation, region }: EventsRequest,
): WireAnswer {
  switch (operation) {
    case 'PutEvents':
      return putEvents(state, body);
    case 'DescribeRule': {
      const { Name, ...rule } = findRule(state, OnBus.extend({ Name: z.string() }).parse(body));
      return jsonAnswer({ Name, State: 'ENABLED', ...rule }, '1.1');
    }
    case 'ListTargetsByRule': {
      const { EventBusName, Rule: Name } = OnBus.extend({ Rule: z.string() }).parse(body);
      const { Targets = [{ Id: 'Target0', Arn: 'arn:aws:lambda:::function:target' }] } = findRule(state, {
        Name,
        EventBusName,
      });
      return jsonAnswer({ Targets }, '1.1');
    }
    case 'ListRuleNamesByTarget': {
      const { TargetArn } = z.object({ TargetArn: z.string() }).parse(body);
      return jsonAnswer({ RuleNames: rulesWithTarget(state, TargetArn, region) }, '1.1');
    }
    default:
      throw new ServiceFault(
        'UnknownOperationException',
        `${operation} is not served by this simulated account`,
      );
  }
}

const OnBus = z.object({ EventBusName: z.string().default('default') });

/** Of the default bus of a region. */
function rulesWithTarget({ region: home, stacks }: AccountState, arn: string, region: string): string[] {
  const there = [...stacks.values()].filter((stack) => (stack.region ?? home) === region);
  return there
    .flatMap(({ resources = [] }) => resources)
    .filter(({ answer, isGone, type }) => {
      const targets = answer?.Targets;
      const has = Array.isArray(targets) && targets.some(({ Arn }) => Arn === arn);
      return type === 'AWS::Events::Rule' && !isGone && has;
    })
    .map(physicalIdOf);
}

function findRule(
  state: AccountState,
  { EventBusName, Name }: { readonly Name: string; readonly EventBusName: string },
) {
  const id = EventBusName === 'default' ? Name : `${EventBusName}|${Name}`;
  const found = findResource(state, 'AWS::Events::Rule', id);
  if (found) return { Name, ...found.answer } as { readonly Name: string; readonly Targets?: unknown };
  throw new ServiceFault(
    'ResourceNotFoundException',
    `Rule ${Name} does not exist on EventBus ${EventBusName}.`,
  );
}

/** Each well-formed entry is kept, the others are refused one by one. */
function putEvents(state: AccountState, body: unknown): WireAnswer {
  const parsed = Entries.safeParse(body);
  if (!parsed.success) throw new ServiceFault('ValidationException', z.prettifyError(parsed.error));
  const results = parsed.data.Entries.map((entry) => putEvent(state, entry));
  const failures = results.filter((result) => 'ErrorCode' in result).length;
  return jsonAnswer({ FailedEntryCount: failures, Entries: results }, '1.1');
}

function putEvent(state: AccountState, entry: Entry) {
  const detail = jsonObject(entry.Detail);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const id = `00000000-0000-4000-8000-${String(state.events.length + 1).padStart(12, '0')}`;
  const event = {
    id,
    bus: entry.EventBusName,
    source: entry.Source,
    detailType: entry.DetailType,
    detail,
    time: entry.Time === undefined ? state.clock.now() : new Date(entry.Time * 1_000),
  };
  state.events.push(event);
  for (const target of state.targets) target.send(envelopeOf(event, state.region));
  return { EventId: id };
}

/** As a target gets it. */
function envelopeOf({ id, source, detailType, detail, time }: BusEvent, region: string): string {
  const fields = { version: '0', id, 'detail-type': detailType, source, account: OWNER_ACCOUNT };
  return JSON.stringify({ ...fields, time: time.toISOString(), region, resources: [], detail });
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
