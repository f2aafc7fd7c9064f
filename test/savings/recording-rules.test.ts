import { readFile } from 'node:fs/promises';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Rule {
  readonly record: string;
  readonly expr: string;
}

async function rules(): Promise<readonly Rule[]> {
  const { groups } = parse(await readFile('examples/prometheus/recording-rules.yaml', 'utf8'));
  return groups.flatMap((group: { readonly rules: readonly Rule[] }) => group.rules);
}

/** Where Prometheus' own grammar stumbles. */
function faultsIn(expression: string): readonly string[] {
  const faults: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ from, type }) => {
      if (type.isError) faults.push(expression.slice(from));
    },
  });
  return faults;
}

test('the recording rules hold the three queries of the cost table', async () => {
  const all = (await rules()).map(({ expr }) => expr).join('\n');
  expect(all).toContain('count(kube_node_labels{label_capacity_type="spot"})');
  expect(all).toContain('count(kube_node_labels{label_capacity_type="on-demand"})');
  expect(all).toContain(
    'sum(increase(aws_node_termination_handler_actions_total{action="cordon-and-drain"}[24h]))',
  );
});

test('every rule is PromQL by the grammar of Prometheus, under a name of its own that a metric may have', async () => {
  const found = await rules();
  expect(found.flatMap(({ expr }) => faultsIn(expr))).toEqual([]);
  expect(new Set(found.map(({ record }) => record)).size).toBe(found.length);
  for (const { record } of found) expect(record).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
});

test.each(['count(kube_node_labels{label_capacity_type=spot})', 'sum(increase(x[24h])', 'count(a) or'])(
  'the grammar refuses what Prometheus would: %s',
  (expression) => {
    expect(faultsIn(expression)).not.toEqual([]);
  },
);
