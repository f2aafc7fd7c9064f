import { expect, test } from 'vitest';
import { type AccessEntry, verifyToken } from '../../controlplane/eks-authenticator.ts';
import { signEksToken } from '../../functions/cluster/eks-token.ts';
import { FakeClock } from '../support/fake-clock.ts';

const clock = new FakeClock();
const entry: AccessEntry = {
  accessKeyId: 'AKIATEST',
  secretAccessKey: 'not-a-secret',
  username: 'arn:aws:sts::111122223333:assumed-role/SpotResponder/respond',
  groups: ['spot-responder'],
};
const options = { clusterName: 'prod', region: 'us-east-2', entries: [entry] };

const sign = (part: Partial<Parameters<typeof signEksToken>[0]> = {}) =>
  signEksToken({ clusterName: 'prod', region: 'us-east-2', credentials: async () => entry, clock, ...part });

const PREFIX = 'k8s-aws-v1.';

/** The token with its URL changed, as somebody without the secret could. */
async function forge(change: (url: URL) => void): Promise<string> {
  const url = new URL(Buffer.from((await sign()).slice(PREFIX.length), 'base64url').toString());
  change(url);
  return PREFIX + Buffer.from(url.href).toString('base64url');
}

test('our own token proves the entry of its access key', async () => {
  expect(await verifyToken(await sign(), options, clock.now())).toBe(entry);
});

test('a token of temporary credentials carries their session token in the signature', async () => {
  const token = await sign({ credentials: async () => ({ ...entry, sessionToken: 'session' }) });
  expect(await verifyToken(token, options, clock.now())).toBe(entry);
});

test.each([
  ['has no prefix', async () => (await sign()).slice(PREFIX.length), 'lacks the prefix'],
  ['is padded base64', async () => `${await sign()}==`, 'base64url'],
  ['holds no URL', async () => PREFIX + Buffer.from('none').toString('base64url'), 'no URL'],
  ['names another host', () => forge((url) => (url.hostname = 'sts.evil.example')), 'is not STS'],
  ['has a path', () => forge((url) => (url.pathname = '/x')), 'has a path'],
  ['is not https', () => forge((url) => (url.protocol = 'http:')), 'not https'],
  [
    'asks for another action',
    () => forge((url) => url.searchParams.set('Action', 'AssumeRole')),
    'not GetCallerIdentity',
  ],
  ['has a foreign parameter', () => forge((url) => url.searchParams.set('x', '1')), 'parameter x'],
  [
    'has a parameter twice',
    () => forge((url) => url.searchParams.append('action', 'GetCallerIdentity')),
    'given twice',
  ],
  [
    'does not sign the cluster',
    () => forge((url) => url.searchParams.set('X-Amz-SignedHeaders', 'host')),
    'x-k8s-aws-id is not signed',
  ],
  [
    'lives too long',
    () => forge((url) => url.searchParams.set('X-Amz-Expires', '3600')),
    'not between 1 and 900',
  ],
  ['is of another cluster', () => sign({ clusterName: 'staging' }), 'does not fit cluster prod'],
  [
    'is of unknown credentials',
    () => sign({ credentials: async () => ({ ...entry, accessKeyId: 'AKIAOTHER' }) }),
    'does not know the access key',
  ],
  [
    'is signed with another secret',
    () => sign({ credentials: async () => ({ ...entry, secretAccessKey: 'guess' }) }),
    'does not fit',
  ],
])('a token that %s is refused', async (_, make, reason) => {
  expect(await verifyToken(await make(), options, clock.now())).toContain(reason);
});

test('a token older than 15 minutes has expired', async () => {
  const later = new Date(clock.now().getTime() + 16 * 60_000);
  expect(await verifyToken(await sign(), options, later)).toContain('expired');
});
