import { expect, test } from 'vitest';
import { parseManifests } from '../../audit/read/files.ts';

test.each(['replicas: {{ .Values.replicas }}', '{{- if .Values.on }}\nkind: Deployment\n{{- end }}'])(
  'a template that was not rendered is named as one: %j',
  (text) => {
    expect(() => parseManifests('chart.yaml', text)).toThrow(/chart\.yaml:\d+: .*render it first/);
  },
);

test('objects of a List are read each, and what has no kind is passed over', () => {
  const text =
    'kind: List\napiVersion: v1\nitems:\n- {kind: Pod, apiVersion: v1, metadata: {name: a}}\n---\nreplicas: 2\n';
  expect(parseManifests('list.yaml', text)).toHaveLength(1);
});
