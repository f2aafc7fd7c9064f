import { judge } from '../../audit/judge.ts';
import { assembleFleet } from '../../audit/read/assemble.ts';
import { readCluster } from '../../audit/read/cluster.ts';
import { allFindings } from '../../audit/report/words.ts';
import { RULES } from '../../audit/rules/registry.ts';
import { peakMemory } from '../../controlplane/peak-memory.ts';
import { systemClock } from '../../functions/clock.ts';
import { readerFromKubeconfig } from '../../functions/cluster/kubeconfig-connection.ts';

/** One audit of the cluster that the kubeconfig given names; prints what it took. */
const startedAt = performance.now();
const reader = await readerFromKubeconfig({ path: process.argv[2] ?? '', clock: systemClock });
const { pods, raws, unread } = await readCluster(reader);
const audit = judge(assembleFleet(raws, { name: reader.name, unread }), RULES);
const figures = {
  seconds: (performance.now() - startedAt) / 1000,
  requests: Object.values(reader.requestCounts()).reduce((sum, each) => sum + each, 0),
  byKind: reader.requestCounts(),
  mebibytes: peakMemory() / 1_024 ** 2,
  pods,
  workloads: audit.judged.length,
  findings: allFindings(audit).length,
};
console.log(JSON.stringify(figures));
