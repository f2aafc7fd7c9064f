import type { Facts } from '../story.ts';
import { link } from './mrkdwn.ts';
import type { Reader } from './reader.ts';

/** To the responder's log lines about one incident, in the CloudWatch console of its region. */
export function logLink(
  { incident, region }: Pick<Facts, 'incident' | 'region'>,
  { logGroup }: Reader,
): string | undefined {
  if (logGroup === undefined) return undefined;
  const pattern = `{ $.incident = "${incident}" }`;
  const host = `${region}.${consoleOf(region)}`;
  const path = `log-groups/log-group/${encodeTwice(logGroup)}/log-events$3FfilterPattern$3D${encodeTwice(pattern)}`;
  return link(`https://${host}/cloudwatch/home?region=${region}#logsV2:${path}`, 'Log of this incident');
}

function consoleOf(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  return region.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
}

/** The console's own form: percent-encoded twice, with `$` for `%` in the second round. */
function encodeTwice(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
