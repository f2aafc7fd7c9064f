import { expect, test } from 'vitest';
import { asTyped } from '../../cli/as-typed.ts';

const said = 'spot-responder enroll prod --region us-east-2; the spot-responder stack stays';

test.each([
  [
    'spot-responder',
    'npm run spot-responder -- enroll prod --region us-east-2; the spot-responder stack stays',
  ],
  ['npx', 'npx spot-responder enroll prod --region us-east-2; the spot-responder stack stays'],
  ['test', said],
  ['', said],
])('started by npm as %s, commands are told as they can be typed', (starter, told) => {
  expect(asTyped(said, starter)).toBe(told);
});
