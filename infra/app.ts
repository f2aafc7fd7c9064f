import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { SpotResponderStack } from './spot-responder-stack.ts';

/** `npm run synth`: the account and region are those of whoever deploys; nothing is looked up. */
const app = new App({ outdir: fileURLToPath(new URL('../cdk.out', import.meta.url)) });
new SpotResponderStack(app, 'SpotResponder', {
  description: 'Spot interruption responder for EKS',
  responderCode: built('respond'),
  indexerCode: built('index-nodes'),
});
app.synth();

function built(handler: string): Code {
  return Code.fromAsset(fileURLToPath(new URL(`../dist/${handler}`, import.meta.url)));
}
