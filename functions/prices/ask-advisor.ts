import { type AdvisorData, type PriceAnswers, readAdvisorData } from './answers.ts';
import { orRefusal } from './refusal.ts';

/** The data behind the Spot Instance Advisor's page: public, some MB, without a promise by AWS. */
export const ADVISOR_URL = 'https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json';

const PATIENCE_MS = 10_000;
const SYSTEM = 'Linux';

/** How often instances of each type were interrupted in the last month, as a range. */
export async function askAdvisor(
  url: string,
  region: string,
  instanceTypes: readonly string[],
): Promise<PriceAnswers['spotAdvisor']> {
  return orRefusal(`GET ${url}`, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((cause) => {
      throw new Error(`${url} cannot be reached (${codeOf(cause)})`, { cause });
    });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const data = readAdvisorData(await response.json());
    if (!data) throw new Error(`${url} has changed its form`);
    return onlyOf(data, region, instanceTypes);
  });
}

/** What was asked for: the file knows every Region and type. */
function onlyOf(data: AdvisorData, region: string, instanceTypes: readonly string[]): AdvisorData {
  const rates = data.spot_advisor[region]?.[SYSTEM] ?? {};
  const asked = instanceTypes.flatMap((type) => (rates[type] ? [[type, rates[type]] as const] : []));
  return { ranges: data.ranges, spot_advisor: { [region]: { [SYSTEM]: Object.fromEntries(asked) } } };
}

/** @returns such as `<5%`; `undefined` where the data has none. */
export function interruptionRange(
  data: AdvisorData,
  region: string,
  instanceType: string,
): string | undefined {
  const rate = data.spot_advisor[region]?.[SYSTEM]?.[instanceType];
  return rate && data.ranges.find(({ index }) => index === rate.r)?.label;
}

/** `fetch` hides the reason in the cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' ? `no answer in ${PATIENCE_MS / 1000} s` : error.message;
}
