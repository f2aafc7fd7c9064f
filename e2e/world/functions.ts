import type { SimulatedSlack } from '../../simulator/slack/slack.ts';
import type { LocalAccount } from '../account/local-account.ts';
import type { Concurrency } from '../lambda/concurrency.ts';
import { type LocalFunction, openFunction } from '../lambda/function.ts';
import type { Stack, StackFunction } from '../template/stack.ts';
import { credentialsOf, REGION } from './identities.ts';
import type { StageOptions } from './stage.ts';

export interface Surroundings {
  readonly account: LocalAccount;
  readonly slack: SimulatedSlack;
  readonly concurrency: Concurrency;
}

/** Every function of the stack, by the name of its bundle, with a door of its own into the account. */
export async function openFunctions(
  { functions }: Stack,
  { bundleOf, first }: Pick<StageOptions, 'bundleOf' | 'first'>,
  { account, concurrency, slack }: Surroundings,
): Promise<ReadonlyMap<string, LocalFunction>> {
  const opened = new Map<string, LocalFunction>();
  for (const properties of functions) {
    const bundle = bundleOf(properties);
    const door = await account.doorFor(bundle);
    const variables = variablesOf(properties, bundle, door, account, slack);
    opened.set(
      bundle,
      openFunction(properties, variables, concurrency, first !== undefined && first !== bundle),
    );
  }
  return opened;
}

/** The template's variables, and what Lambda and this machine add. */
function variablesOf(
  { environment, memoryMegabytes, name }: StackFunction,
  bundle: string,
  door: string,
  { connection }: LocalAccount,
  { apiUrl }: SimulatedSlack,
): Readonly<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = credentialsOf(bundle);
  const own = Object.entries(environment).map(([key, value]) => [
    key,
    // A queue's URL leads through the function's own door.
    value.replace(connection.endpoint, door),
  ]);
  return {
    ...Object.fromEntries(own),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_ENDPOINT_URL: door,
    SLACK_API_URL: apiUrl,
    TZ: ':UTC',
  };
}

/** What the template only names. */
export async function putSlackSecret({ functions }: Stack, account: LocalAccount, slack: SimulatedSlack) {
  const places = new Set(functions.flatMap(({ environment }) => environment.SLACK_SECRET ?? []));
  for (const place of places) await account.putSecret(place, JSON.stringify({ token: slack.token }));
}
