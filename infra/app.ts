import { App } from 'aws-cdk-lib';
import { ConfigurationError } from '../functions/errors.ts';
import { givenSettings } from './context.ts';
import { ForwardingStack } from './forwarding-stack.ts';
import { alarmTopicIn, readSettings } from './read-settings.ts';
import { SpotResponderStack } from './spot-responder-stack.ts';

/** What `cdk deploy` deploys: the account is that of whoever deploys, nothing is looked up. */
function main(): void {
  const app = new App();
  const settings = readSettings(givenSettings(app.node.getAllContext()));
  new SpotResponderStack(app, 'SpotResponder', {
    settings,
    ...(settings.homeRegion && { env: { region: settings.homeRegion } }),
  });
  const { extraRegions, homeRegion } = settings;
  if (homeRegion)
    for (const region of extraRegions) {
      const alarmTopic = alarmTopicIn(settings, region);
      new ForwardingStack(app, `SpotResponder-${region}`, {
        homeRegion,
        env: { region },
        ...(alarmTopic && { alarmTopic }),
      });
    }
  app.synth();
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
