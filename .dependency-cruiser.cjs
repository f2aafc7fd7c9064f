/** Which room may import which; ARCHITECTURE.md draws the same picture. */
const AWS_ROOMS = {
  'client-ec2': '^functions/(locate|fallback/groups|prices|handlers)/',
  'client-pricing': '^functions/(prices|handlers)/',
  'client-eks': '^functions/(cluster|fallback/groups|handlers)/',
  'client-auto-scaling': '^functions/(lifecycle|fallback/groups|handlers)/',
  'client-s3': '^functions/checkpoint/',
  'client-sqs': '^functions/(continuation|handlers)/',
  'client-eventbridge': '^functions/(announce|handlers)/',
  '(client-dynamodb|lib-dynamodb)':
    '^functions/(table|incidents|leader|node-index|savings|notify/ledger|fallback/ledger|handlers)/',
  '(client-secrets-manager|client-ssm)': '^functions/notify/slack/',
};

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kubernetes-client-only-in-cluster',
      comment: 'The domain speaks to the cluster port.',
      severity: 'error',
      from: { path: '^(functions|cli|infra|audit)/', pathNot: '^functions/cluster/' },
      to: { path: 'node_modules/@kubernetes/client-node' },
    },
    ...Object.entries(AWS_ROOMS).map(([client, room]) => ({
      name: `aws-${client.replace(/[^a-z0-9-]/g, '-')}-in-its-room`,
      severity: 'error',
      from: { path: '^functions/', pathNot: room },
      to: { path: `node_modules/@aws-sdk/${client}` },
    })),
    {
      name: 'slack-clients-only-in-notify-slack',
      comment: 'Messages are data; only the last step speaks to Slack.',
      severity: 'error',
      from: { path: '^(functions|cli|infra)/', pathNot: '^functions/notify/slack/' },
      to: { dependencyTypesNot: ['type-only'], path: 'node_modules/@slack/' },
    },
    {
      name: 'pure-modules-do-no-io',
      severity: 'error',
      from: {
        path: '(^functions/(signals|notify/message)/|/(plan|decide|gang|opt-in|release|timeline|wire|message|story|policy|deadline|claim|owner)\\.ts$)',
      },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '(node_modules/(@aws-sdk|@kubernetes|@slack)|^(node:)?(fs|http|https|net|child_process)$)',
      },
    },
    {
      name: 'checkpoint-knows-no-drain',
      comment: 'The drain holds pods for the checkpoint room, not the other way round.',
      severity: 'error',
      from: { path: '^functions/checkpoint/' },
      to: { path: '^functions/(?!checkpoint/|cluster/|signals/|clock|backoff|errors)' },
    },
    {
      name: 'signals-import-no-room',
      severity: 'error',
      from: { path: '^functions/signals/' },
      to: { path: '^functions/(?!signals/|errors)' },
    },
    {
      name: 'audit-reads-through-the-cluster-room',
      comment:
        'Rules are pure; of functions/ the audit uses how a cluster is read, and what training and owners are.',
      severity: 'error',
      from: { path: '^audit/' },
      to: {
        path: '^(functions/(?!cluster/|checkpoint/|fallback/|instance-types/|locate/|aws-codes|clock|errors)|cli/|simulator/|controlplane/|infra/)',
      },
    },
    {
      name: 'audit-judges-without-io',
      severity: 'error',
      from: { path: '^audit/', pathNot: '^audit/read/' },
      to: { path: '^(node:)?(fs|http|https|net|child_process)(/|$)' },
    },
    { name: 'nothing-imports-handlers', severity: 'error', from: {}, to: { path: '^functions/handlers/' } },
    {
      name: 'functions-stand-alone',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(audit|cli|simulator|controlplane|infra|e2e|test|bench)/' },
    },
    {
      name: 'finding-a-node-knows-no-story',
      severity: 'error',
      from: { path: '^functions/(table|locate|cluster|node-index)/' },
      to: { path: '^functions/(respond|drain|incidents|checkpoint|handlers)/' },
    },
    {
      name: 'simulator-knows-no-story',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^functions/(respond|drain|handlers|notify)/' },
    },
    {
      name: 'control-plane-knows-no-story',
      severity: 'error',
      from: { path: '^controlplane/' },
      to: { path: '^(functions/(respond|drain|handlers|notify)|cli|simulator)/' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(functions|audit|cli|simulator|controlplane|infra)/' },
      to: { path: '^(e2e|test|bench)/' },
    },
    {
      name: 'end-to-end-runs-the-bundles',
      comment:
        'The code under test is what the template deploys, in processes of its own; no room of it is called.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^(functions/(?!clock|errors|signals/(interruption|retime)|cluster/(connection|kubeconfig-connection|eks-token))|infra|test|bench)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
