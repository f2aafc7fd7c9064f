import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

test('the recording rules hold the three queries of the cost table', async () => {
  const { groups } = parse(await readFile('examples/prometheus/recording-rules.yaml', 'utf8'));
  const rules: { record: string; expr: string }[] = groups[0].rules;
  const all = rules.map(({ expr }) => expr).join('\n');
  expect(all).toContain('count(kube_node_labels{label_capacity_type="spot"})');
  expect(all).toContain('count(kube_node_labels{label_capacity_type="on-demand"})');
  expect(all).toContain(
    'sum(increase(aws_node_termination_handler_actions_total{action="cordon-and-drain"}[24h]))',
  );
  expect(new Set(rules.map(({ record }) => record)).size).toBe(rules.length);
});
