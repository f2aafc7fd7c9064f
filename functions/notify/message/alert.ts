import { reaches, worstOf } from '../level.ts';
import { adviseOn } from './advice.ts';
import { fitBlocks, type Message, section } from './blocks.ts';
import { headlineOf, levelOfStory } from './headline.ts';
import { code, say } from './mrkdwn.ts';
import type { Reader } from './reader.ts';
import { levelOfMember, type Member } from './storm.ts';
import { plural, SYMBOL, shortNode } from './words.ts';

/**
 * An edit notifies nobody. So what needs a person is also a reply that shows in the channel: one for a conversation,
 * edited when more goes wrong.
 */
export function tellAlert(members: readonly Member[], reader: Reader): Message | undefined {
  const critical = members.filter((member) => levelOfMember(member) === 'critical');
  const [first] = critical;
  if (!first) return undefined;
  const lines = critical.slice(0, 10).map(({ story, phase, facts }) => {
    const reason = phase.type === 'ended' ? phase.detail.outcome.reason : undefined;
    return `${SYMBOL.critical} ${code(shortNode(facts))} ${headlineOf(story, phase, facts).title}${reason === undefined ? '' : `: ${say(reason, 300)}`}`;
  });
  const more = critical.length > 10 ? [`+${plural(critical.length - 10, 'more node')}`] : [];
  const advice = new Set(
    critical.flatMap(({ phase, facts }) => (phase.type === 'ended' ? adviseOn(phase.detail, facts) : [])),
  );
  const level = worstOf(critical.map(({ story, phase }) => levelOfStory(story, phase)));
  const mention = reader.mentionFrom && reaches(level, reader.mentionFrom) ? '<!here> ' : '';
  const title = `${plural(critical.length, 'node')} of ${say(first.facts.cluster ?? 'an unknown cluster', 100)} ${critical.length === 1 ? 'needs' : 'need'} a person`;
  return {
    key: 'alert',
    text: `${mention}${title}`,
    blocks: fitBlocks([
      section(
        `${mention}*${title}*`,
        ...lines,
        ...more,
        ...[...advice].slice(0, 3).map((line) => `*To do* ${line}`),
      ),
    ]),
    broadcast: true,
  };
}
