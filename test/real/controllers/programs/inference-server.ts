/**
 * What the inference manifests ask of a server, and no more: `/health` while it lives, `/ready` until it is told to drain by
 * `POST /drain`, and on SIGTERM no new connections, an answer to all that has begun, and then the end. Any other path
 * takes `?ms=` to be answered. Says what it has served, for those who count.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const { HOSTNAME, POD_ADDRESS } = process.env;
let isDraining = false;
const count = { served: 0, servedDraining: 0, inFlight: 0 };

const server = createServer((request, response) => void answer(request, response));

function answer(request: IncomingMessage, response: ServerResponse): unknown {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
  // A connection that is kept would bring the next request here, past the endpoints.
  if (isDraining) response.setHeader('connection', 'close');
  if (pathname === '/health') return response.end('alive');
  if (pathname === '/ready') return response.writeHead(isDraining ? 503 : 200).end();
  if (pathname === '/drain' && request.method === 'POST') {
    isDraining = true;
    say('draining');
    return response.end();
  }
  count.inFlight += 1;
  setTimeout(
    () => {
      count.inFlight -= 1;
      count.served += 1;
      if (isDraining) count.servedDraining += 1;
      response.end(HOSTNAME);
    },
    Number(searchParams.get('ms') ?? 0),
  );
  return undefined;
}

process.once('SIGTERM', () => {
  isDraining = true;
  say('sigterm');
  server.close(() => say('ended'));
});
server.listen(8000, POD_ADDRESS, () => say('listening'));

function say(event: string): void {
  console.log(JSON.stringify({ event, ...count }));
}
