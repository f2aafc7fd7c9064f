import { readStarterAtHand } from './at-hand.ts';

/** What stands before a command's name, by npm's word for how this program was started. */
const STARTS: Readonly<Record<string, string>> = {
  'spot-responder': 'npm run spot-responder --',
  npx: 'npx spot-responder',
};

const COMMANDS = /\bspot-responder (?=(enroll|doctor|drill|status|redrive|notify|fallback|savings)\b)/g;

/** Commands of ours in a text for people, as they typed this one: in a checkout no `spot-responder` is on the path. */
export function asTyped(text: string, starter = readStarterAtHand()): string {
  const start = STARTS[starter ?? ''];
  return start === undefined ? text : text.replaceAll(COMMANDS, `${start} `);
}
