import { expect, test } from 'vitest';
import { startSlowLink } from '../../controlplane/slow-link.ts';
import { get, startUpstream } from './links.ts';

test('each round trip costs what the link is told: connection, TLS, request', async () => {
  const upstream = await startUpstream();
  const link = await startSlowLink(upstream.server, 100);
  const startedAt = performance.now();
  expect(await get(`${link.server}/api`, upstream.caPem)).toMatchObject({
    code: 200,
    text: 'a whole answer',
  });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * 100 - 10);
  await link.close();
  upstream.close();
});

test('a broken link breaks the connections through it', async () => {
  const upstream = await startUpstream();
  const link = await startSlowLink(upstream.server, 0);
  const answer = get(`${link.server}/api?watch=true`, upstream.caPem);
  setTimeout(() => void link.close(), 200);
  expect((await answer).error).toBe('ECONNRESET');
  upstream.close();
});
