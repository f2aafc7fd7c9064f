import { z } from 'zod';
import { jsonAnswer, type ServiceRequest, type WireAnswer } from './protocol.ts';
import { type AccountState, ServiceFault } from './state.ts';

type SsmRequest = Extract<ServiceRequest, { readonly body: unknown }>;

const Wanted = z.object({ Name: z.string(), WithDecryption: z.boolean().default(false) });

/** Answers for Systems Manager: a parameter, by its name. What is encrypted stays so unless the caller asks otherwise. */
export function answerSsm({ parameters }: AccountState, { operation, body }: SsmRequest): WireAnswer {
  if (operation !== 'GetParameter')
    throw new ServiceFault(
      'UnknownOperationException',
      `${operation} is not served by this simulated account`,
    );
  const { Name, WithDecryption } = Wanted.parse(body);
  const parameter = parameters.get(Name);
  if (parameter === undefined) throw new ServiceFault('ParameterNotFound', `Parameter ${Name} not found.`);
  const { type: Type, value } = parameter;
  const isLegible = Type === 'String' || WithDecryption;
  return jsonAnswer({ Parameter: { Name, Type, Value: isLegible ? value : 'AQICAHh', Version: 1 } }, '1.1');
}
