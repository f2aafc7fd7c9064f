import { plainText } from '../../functions/notify/message/blocks.ts';
import { tellConversation } from '../../functions/notify/message.ts';
import { emptyStory, takeAnnounced } from '../../functions/notify/story.ts';
import { factsOf, handledDetail } from '../../functions/respond/details.ts';
import type { InterruptionReport } from '../../functions/respond/report.ts';

/** The message that people get about an interruption, as a terminal shows it; why there is none, where nobody is told. */
export function tellInTerminal(report: InterruptionReport): string {
  const { interruption, instance, incidentId, moments, nodeName, outcome } = report;
  const ending = handledDetail(report);
  if (!instance || !ending) return untold(report);
  const incident = incidentId ?? `${interruption.instanceId}/${interruption.kind}`;
  const gpus = moments.flatMap((moment) => (moment.type === 'cordoned' ? [moment.node.gpus] : []))[0];
  const node = { ...(nodeName !== undefined && { node: nodeName }), ...(gpus ? { gpus } : {}) };
  const facts = { ...factsOf(interruption, instance), ...node };
  const story = takeAnnounced(emptyStory(incident), {
    type: 'Interruption Handled',
    detail: { ...facts, ...ending, incident, revision: 1 },
  });
  const [parent] = tellConversation([story], { accountNames: {} });
  return parent ? plainText(parent.blocks) : outcome.type;
}

function untold({ outcome }: InterruptionReport): string {
  switch (outcome.type) {
    case 'planned':
      return 'None: a dry run changes nothing and tells nobody.';
    case 'joined':
    case 'already-handled':
      return `None: another run tells it (${outcome.reason}).`;
    default:
      return `None: ${'reason' in outcome ? outcome.reason : outcome.type}.`;
  }
}
