import type { FleetPlan, PlannedWorkload } from '../../controlplane/fleet/plan.ts';
import { addDaemonSets, addPlannedNode, type EmbeddedWorld } from './world.ts';

const tolerations = [{ key: 'nvidia.com/gpu', operator: 'Exists' as const }];

/** Fills an embedded world with the fleet, all of it running. */
export function seed(world: EmbeddedWorld, plan: FleetPlan): void {
  const names = plan.nodes.map((node) => addPlannedNode(world, node));
  addDaemonSets(world, names, plan.daemonSets);
  for (const workload of plan.workloads) addWorkload(world, workload, names);
}

function addWorkload({ cluster }: EmbeddedWorld, workload: PlannedWorkload, names: readonly string[]): void {
  const { budget, kind, on, saves, ...pod } = workload;
  const { name, namespace } = pod;
  const nodes = on.map((at) => names[at] ?? '');
  const [node = ''] = nodes;
  const labels = { app: name };
  if (budget) cluster.addBudget({ namespace, name, ...budget, selector: { matchLabels: labels } });
  switch (kind) {
    case 'Pod':
      return void cluster.addBarePod({ ...pod, node });
    case 'MirrorPod':
      return void cluster.addMirrorPod({ ...pod, node });
    case 'Job':
      if (!saves) return void cluster.addWorkload({ ...pod, kind, nodes, labels, tolerations });
      return void cluster.addTrainingJob({
        ...pod,
        nodes,
        savesInSeconds: saves.inSeconds,
        answers: saves.answers,
        labels: { 'spot-responder/checkpoint': 'enabled' },
        tolerations,
      });
    default:
      return void cluster.addWorkload({ ...pod, kind, nodes, labels, tolerations });
  }
}
