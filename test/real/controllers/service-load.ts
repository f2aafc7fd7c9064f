import { Agent, get } from 'node:http';
import { DiscoveryV1Api, makeInformer, type V1EndpointSlice } from '@kubernetes/client-node';
import { localAddress } from '../../../controlplane/kubelet/address.ts';
import type { TestPlane } from '../../support/control-plane.ts';

/** Clients of a Service, who reach it as far away as the slowest kube-proxy or load balancer would. */
export interface ServiceLoad {
  /** How many endpoints they know of. */
  endpoints(): number;
  /** One request of so many milliseconds to the endpoint of a pod. */
  ask(pod: string, ms: number): Promise<Answer>;
  close(): Promise<LoadFigures>;
}

interface LoadFigures {
  readonly sent: number;
  readonly failed: readonly string[];
}

interface Answer {
  readonly pod: string;
  readonly status: number;
}

interface LoadOptions {
  readonly namespace: string;
  readonly service: string;
  readonly clients: number;
  /** How long a change of the endpoints takes to reach the clients. */
  readonly lagMs: number;
}

interface Endpoint {
  readonly pod: string;
  readonly url: string;
}

/** Each client sends one request after another, over kept connections, to the ready endpoints in turn. */
export async function startLoad(plane: TestPlane, options: LoadOptions): Promise<ServiceLoad> {
  const known = await followEndpoints(plane, options);
  const agent = new Agent({ keepAlive: true });
  const stopped = new AbortController();
  const failed: string[] = [];
  let sent = 0;
  const client = async (number: number) => {
    for (let turn = number; !stopped.signal.aborted; turn++) {
      const endpoint = known.endpoints()[turn % known.endpoints().length];
      if (!endpoint) {
        await pause(50);
        continue;
      }
      sent += 1;
      // From a glance to a sentence; not in step with each other.
      const ms = 50 + ((turn * 137 + number * 311) % 900);
      await request(agent, endpoint, ms).catch((error) => failed.push(`${endpoint.pod}: ${String(error)}`));
    }
  };
  const clients = Array.from({ length: options.clients }, (_, number) => client(number));
  return {
    endpoints: () => known.endpoints().length,
    ask: (pod, ms) => {
      const endpoint = known.endpoints().find((each) => each.pod === pod);
      if (!endpoint) throw new Error(`no endpoint of pod ${pod}`);
      return request(agent, endpoint, ms);
    },
    close: async () => {
      stopped.abort();
      await Promise.all(clients);
      agent.destroy();
      await known.close();
      return { sent, failed };
    },
  };
}

async function followEndpoints(plane: TestPlane, { lagMs, namespace, service }: LoadOptions) {
  const discovery = plane.admin.makeApiClient(DiscoveryV1Api);
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const list = () => discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
  const informer = makeInformer<V1EndpointSlice>(plane.admin, path, list, labelSelector);
  let endpoints: readonly Endpoint[] = [];
  const learn = () => {
    const now = informer.list().flatMap(readyEndpoints);
    setTimeout(() => {
      endpoints = now;
    }, lagMs);
  };
  for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, learn);
  await informer.start();
  return { endpoints: () => endpoints, close: () => informer.stop() };
}

/** A slice without any says `null`. */
function readyEndpoints({ endpoints, ports }: V1EndpointSlice): readonly Endpoint[] {
  const port = ports?.[0]?.port;
  return (endpoints ?? []).flatMap(({ addresses, conditions, targetRef }) =>
    conditions?.ready
      ? addresses.map((each) => ({
          pod: targetRef?.name ?? '',
          url: `http://${localAddress(each)}:${port}/`,
        }))
      : [],
  );
}

function request(agent: Agent, { url }: Endpoint, ms: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = get(`${url}?ms=${ms}`, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const answer = { pod: Buffer.concat(parts).toString(), status: response.statusCode ?? 0 };
        if (answer.status === 200) resolve(answer);
        else reject(new Error(`status ${answer.status}`));
      });
    });
    sent.on('error', reject);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
