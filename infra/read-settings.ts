import { Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { ConfigurationError } from '../functions/errors.ts';
import { SETTINGS, type SettingName, type Settings } from './config.ts';

/** As a user gives them: by name, as text from a command line or as JSON. */
export type GivenSettings = Readonly<Record<string, unknown>>;

/**
 * Checks all settings, each alone and then together.
 *
 * @throws ConfigurationError of one line: the setting as the user wrote it, what it is, and what it may be.
 */
export function readSettings(given: GivenSettings): Settings {
  for (const name of Object.keys(given))
    if (!isSetting(name))
      throw new ConfigurationError(
        `There is no setting ${name}; there are ${Object.keys(SETTINGS).join(', ')}.`,
      );
  const read = Object.entries(SETTINGS).map(([name, setting]) => [name, setting.read(name, given[name])]);
  const settings = Object.fromEntries(read) as Settings;
  checkTogether(settings);
  return settings;
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/**
 * Checks the settings against the region that the stack is in, where that is known at synth.
 *
 * @throws ConfigurationError of one line.
 */
export function checkPlace({ alarmTopic, homeRegion }: Settings, region: string): void {
  if (Token.isUnresolved(region)) return;
  if (homeRegion && homeRegion !== region)
    throw new ConfigurationError(
      `homeRegion is ${homeRegion}, and the stack is in ${region}; make them the same, or leave homeRegion out.`,
    );
  if (!homeRegion) for (const arn of alarmTopic) checkTopic(arn, region);
}

/** @throws ConfigurationError for a topic of another region than its alarms', where that is known at synth. */
export function checkTopic(arn: string, region: string): void {
  const [, , , place] = arn.split(':');
  if (Token.isUnresolved(arn) || place === region) return;
  throw new ConfigurationError(
    `alarmTopic is a topic of ${place}, and the stack is in ${region}: CloudWatch tells topics of its own region only.`,
  );
}

function checkTogether(settings: Settings): void {
  const { alarmTopic, extraRegions, homeRegion, securityGroupIds, slackSecret, subnetIds } = settings;
  checkRegions(settings);
  if (subnetIds.length > 0 !== securityGroupIds.length > 0)
    throw new ConfigurationError('subnetIds and securityGroupIds go together; give both or neither.');
  const places = alarmTopic.map((arn) => arn.split(':')[3]);
  const stray = homeRegion && places.find((each) => each && ![homeRegion, ...extraRegions].includes(each));
  if (stray) throw new ConfigurationError(`alarmTopic names a topic in ${stray}, where nothing is deployed.`);
  if (new Set(places).size < places.length || (!homeRegion && places.length > 1))
    throw new ConfigurationError('alarmTopic names two topics for one region; give one each.');
  const idle = Object.keys(SETTINGS).find((name) => name.startsWith('slack') && isChanged(name, settings));
  if (!slackSecret && idle)
    throw new ConfigurationError(`${idle} needs slackSecret: without the secret nobody is told in Slack.`);
}

function checkRegions({ extraRegions, homeRegion }: Settings): void {
  const refuse = (region: string | undefined, why: string) => {
    if (region) throw new ConfigurationError(`extraRegions names ${region}${why}`);
  };
  if (extraRegions.length > 0 && !homeRegion)
    throw new ConfigurationError(
      'extraRegions needs homeRegion: the region that their events are forwarded to.',
    );
  refuse(
    extraRegions.find((each) => each === homeRegion),
    ', which is the homeRegion; leave it out.',
  );
  refuse(
    extraRegions.find((each, at) => extraRegions.indexOf(each) < at),
    ' twice; name it once.',
  );
  const partition = homeRegion && RegionInfo.get(homeRegion).partition;
  const isElsewhere = (each: string) => (RegionInfo.get(each).partition ?? partition) !== partition;
  refuse(
    partition && extraRegions.find(isElsewhere),
    `, which is of another partition of AWS than ${homeRegion}; deploy a home stack there.`,
  );
}

/** The topic for alarms of a region; of the only one where none is named. */
export function alarmTopicIn({ alarmTopic, homeRegion }: Settings, region = homeRegion): string | undefined {
  if (region === undefined) return alarmTopic[0];
  return alarmTopic.find((arn) => Token.isUnresolved(arn) || arn.split(':')[3] === region);
}

function isChanged(name: string, settings: Settings): boolean {
  if (!isSetting(name)) return false;
  return JSON.stringify(settings[name]) !== JSON.stringify(SETTINGS[name].fallback);
}
