import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { fill } from '../../controlplane/fleet/fill.ts';
import { nodeName, nodeObject, ZONE } from '../../controlplane/fleet/nodes.ts';
import type { PlannedNode } from '../../controlplane/fleet/plan.ts';
import { startSlowLink } from '../../controlplane/slow-link.ts';
import { systemClock } from '../../functions/clock.ts';
import { asInstanceId } from '../../functions/signals/interruption.ts';
import { startSimulatedAccount } from '../../simulator/account/account.ts';
import { type Connection, createCluster } from '../account/deploy.ts';
import type { RecordedCall } from '../account/gateway.ts';
import { createGroup } from '../account/spot-group.ts';
import type { Figures, Scenario, Scene, SceneNode } from '../scenarios/scenario.ts';
import type { StackFunction } from '../template/stack.ts';
import type { Templates } from '../template/template.ts';
import { ClaimError, openClaims } from './claims.ts';
import { viewCluster } from './cluster-view.ts';
import { CLUSTER, credentialsOf, REGION } from './identities.ts';
import type { Machine } from './machine.ts';
import { startSimulatedWorld } from './simulated.ts';
import { openStage, type Stage } from './stage.ts';

/** How a scenario ended. */
export interface Result {
  readonly scenario: Scenario;
  readonly seconds: number;
  readonly figures: Figures;
  readonly claims: number;
  readonly calls: readonly RecordedCall[];
  readonly deployed: Pick<Stage, 'fn' | 'grants' | 'stack'>;
  /** What was not so, and what the functions had written by then. */
  readonly problem?: { readonly message: string; readonly log: string };
}

export interface PlayOptions {
  readonly machine: Machine;
  readonly templates: Templates;
  /** Folder of the built bundles, `dist`. */
  readonly dist: string;
  /** Counts the scenarios of this run; each has an AWS account of its own. */
  readonly number: number;
  /** What each call of a function to AWS and to the API server takes longer. */
  readonly delayMs: number;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Plays one scenario on a stack of its own; the control plane is cleared afterwards. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Result> {
  const { delayMs, machine, number, say, signal, templates } = options;
  const { extraRegion } = scenario;
  const began = performance.now();
  const claims = openClaims(signal);
  await using borrowed = new AsyncDisposableStack();
  const simulated = scenario.isSimulated ? await startSimulatedWorld() : undefined;
  if (simulated) borrowed.defer(simulated.close);
  const link = delayMs > 0 && !simulated ? await startSlowLink(machine.plane.server, delayMs) : undefined;
  if (link) borrowed.defer(link.close);
  const stage = await openStage({
    templates,
    ...(extraRegion !== undefined && { extraRegion }),
    bundleOf: await bundlesByContent(options.dist),
    moto: machine.moto,
    account: String(111_122_220_000 + number),
    cluster: simulated?.cluster ?? { ...machine.plane, ...link },
    routes: { dynamodb: machine.motoTables, ...simulated?.routes },
    delayMs,
    signal,
    ...scenario.stage,
  });
  if (simulated) stage.account.route(['events'], simulated.bus);
  const cluster = viewCluster(machine.admin, machine.plane.auditLog);
  let kept: Figures = {};
  const end = (figures: Figures) => ({
    scenario,
    seconds: (performance.now() - began) / 1_000,
    figures: { ...kept, ...figures },
    claims: claims.kept.length,
    calls: stage.account.calls,
    deployed: stage,
  });
  try {
    const there = { ...stage.account.connection, region: extraRegion ?? REGION };
    await createCluster(there, CLUSTER);
    const figures = await scenario.play({
      ...stage,
      claim: (what, look, within) => {
        say(what);
        return claims.claim(what, look, within);
      },
      cluster,
      ...(simulated && { simulated }),
      namespace: `e2e-${number}`,
      fill: (count, workloads) => fillFleet(options, { stage, there }, count, workloads),
      adminKubeconfig: machine.plane.adminKubeconfig,
      admin: machine.admin,
      join: (instanceId) => joinNode(machine, instanceId),
      borrow: async (services) => {
        const simulated = await startSimulatedAccount({ clock: systemClock, region: REGION });
        borrowed.defer(simulated.close);
        stage.account.route(services, simulated.endpoint);
        return simulated;
      },
      say,
      keep: (figures) => {
        kept = { ...kept, ...figures };
      },
      signal,
    });
    const leaked = secretsIn(stage);
    await claims.claim('no log holds a secret', () => leaked.length === 0 || leaked.join(', '), 0);
    return end(figures);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const message =
      error instanceof ClaimError ? error.message : String(error instanceof Error ? error.stack : error);
    return { ...end({}), problem: { message, log: stage.output() } };
  } finally {
    await stage.close();
    if (!signal.aborted) await cluster.clear();
  }
}

/** A function's asset is its bundle, byte for byte. */
async function bundlesByContent(dist: string): Promise<(properties: StackFunction) => string> {
  const byContent = new Map<string, string>();
  for (const name of await readdir(dist))
    byContent.set(await readFile(join(dist, name, 'index.mjs'), 'utf8'), name);
  const contents = new Map<string, string>();
  return ({ bundle, name }) => {
    const known = contents.get(bundle) ?? byContent.get(readFileSync(join(bundle, 'index.mjs'), 'utf8'));
    if (!known) throw new Error(`function ${name} deploys none of the bundles in ${dist}: run npm run synth`);
    contents.set(bundle, known);
    return known;
  };
}

async function fillFleet(
  { machine, signal, say }: PlayOptions,
  { stage, there }: { readonly stage: Stage; readonly there: Connection },
  count: number,
  workloads: Parameters<Scene['fill']>[1],
): Promise<readonly SceneNode[]> {
  const instances = await createGroup(there, {
    name: 'eks-gpu-spot',
    size: count,
    tags: { 'eks:cluster-name': CLUSTER, 'eks:nodegroup-name': 'gpu-spot' },
  });
  const nodes: readonly PlannedNode[] = instances.map((instanceId) => ({
    number: machine.nextNumber(),
    instanceId,
  }));
  await fill(
    machine.admin,
    { nodes, daemonSets: 2, workloads: workloads(nodes) },
    {
      signal,
      onProgress: ({ nodesReady, running, wanted }) =>
        say(`${nodesReady} nodes, ${running} of ${wanted} pods`),
    },
  );
  await stage.tick('rate(1 minute)');
  return nodes.map((node) => ({ ...node, name: nodeName(node.number) }));
}

async function joinNode({ admin, nextNumber }: Machine, id: string): Promise<string> {
  const name = nodeName(nextNumber());
  const instanceId = asInstanceId(id);
  if (!instanceId) throw new RangeError(`${id} is no instance id`);
  await admin.makeApiClient(CoreV1Api).createNode({ body: nodeObject({ name, instanceId, zone: ZONE }) });
  return name;
}

function secretsIn(stage: Stage): readonly string[] {
  const output = stage.output();
  const secrets = ['respond', 'fallback', 'index-nodes', 'report', 'notify'].map(
    (each) => credentialsOf(each).secretAccessKey,
  );
  return [...secrets, stage.slack.token, 'k8s-aws-v1.'].filter((each) => output.includes(each));
}
