/** As `infra/app.ts` names it. */
export const DEFAULT_STACK = 'SpotResponder';
