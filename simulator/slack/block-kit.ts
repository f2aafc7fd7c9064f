import { z } from 'zod';

/**
 * What Slack refuses of a message, of the blocks that ours consist of. From Slack's block reference; the cumulative
 * limit is what people measured (bolt-js issues 2509 and 2867). `undefined` when Slack would take it.
 */
export function refuseMessage(payload: {
  readonly text?: unknown;
  readonly blocks?: unknown;
}): Refusal | undefined {
  const text = typeof payload.text === 'string' ? payload.text : '';
  if (text.length > 4_000) return { error: 'msg_too_long', detail: `text has ${text.length} characters` };
  if (payload.blocks === undefined)
    return text === '' ? { error: 'no_text', detail: 'neither text nor blocks' } : undefined;
  const parsed = Blocks.safeParse(payload.blocks);
  if (!parsed.success) return { error: 'invalid_blocks', detail: z.prettifyError(parsed.error) };
  const size = JSON.stringify(parsed.data).length;
  return size > 12_000 ? { error: 'msg_blocks_too_long', detail: `blocks of ${size} characters` } : undefined;
}

export interface Refusal {
  readonly error: 'msg_too_long' | 'no_text' | 'invalid_blocks' | 'msg_blocks_too_long';
  readonly detail: string;
}

const mrkdwn = (longest: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(longest).refine(hasClosedTags, 'a < without its >, or a bare one'),
    verbatim: z.boolean().optional(),
  });

const plain = (longest: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(longest),
    emoji: z.boolean().optional(),
  });

const blockId = z.string().max(255).optional();

const Blocks = z
  .array(
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('section'),
        block_id: blockId,
        text: mrkdwn(3_000).optional(),
        fields: z.array(mrkdwn(2_000)).min(1).max(10).optional(),
      }),
      z.strictObject({
        type: z.literal('context'),
        block_id: blockId,
        elements: z
          .array(z.union([mrkdwn(3_000), plain(3_000)]))
          .min(1)
          .max(10),
      }),
      z.strictObject({ type: z.literal('header'), block_id: blockId, text: plain(150) }),
      z.strictObject({ type: z.literal('divider'), block_id: blockId }),
    ]),
  )
  .min(1)
  .max(50);

/** Every `<` opens one of the forms that Slack knows, and is closed. */
function hasClosedTags(text: string): boolean {
  const rest = text.replaceAll(
    /<(!date\^\d+\^[^<>|]+(\^[^<>|]+)?\|[^<>]+|!here|!channel|https?:\/\/[^<>|]+\|[^<>]+)>/g,
    '',
  );
  return !/[<>]/.test(rest);
}
