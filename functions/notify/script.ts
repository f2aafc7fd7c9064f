import type { ShownMessages } from './ledger/hold.ts';
import type { Message } from './message/blocks.ts';
import { tellFallback } from './message/fallback.ts';
import type { Reader } from './message/reader.ts';
import { tellConversation } from './message.ts';
import { kindOf } from './routing.ts';
import { newestDecision, type Story } from './story.ts';
import { type Due, planDecision, planWebhook } from './webhook-plan.ts';

/** What is to be said in a conversation, by either way into Slack. */
export interface Script {
  /** All that a bot shall show. */
  readonly messages: (stories: readonly Story[], reader: Reader) => readonly Message[];
  /** What a webhook shall be sent next. */
  readonly plan: (stories: readonly Story[], shown: ShownMessages, reader: Reader) => Due | undefined;
}

export type ScriptOf = (conversation: string) => Script;

export function scriptOfConversation(conversation: string): Script {
  return kindOf(conversation) === 'fallback' ? OF_POOL : OF_INTERRUPTIONS;
}

const OF_INTERRUPTIONS: Script = { messages: tellConversation, plan: planWebhook };

const OF_POOL: Script = {
  messages: (stories, reader) => {
    const decision = newestDecision(stories);
    return decision ? [tellFallback(decision, reader)] : [];
  },
  plan: planDecision,
};

/** One message that does not depend on any story, and is never sent again once it is there. */
export function scriptOnce(message: Message): Script {
  return {
    messages: () => [message],
    plan: (_, shown) => {
      if (shown[message.key]?.content !== undefined) return undefined;
      const afterwards = () => ({ ...shown, [message.key]: { content: 'sent' } });
      return { notBefore: 0, messages: [message], afterwards };
    },
  };
}
