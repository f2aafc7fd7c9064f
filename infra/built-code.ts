import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** A bundled handler of `functions/handlers/`, by its file's name. */
export type BuiltCode = (handler: string) => Code;

/** What `npm run build` made; it comes with the package. */
export const builtCode: BuiltCode = (handler) =>
  Code.fromAsset(fileURLToPath(new URL(`../dist/${handler}`, import.meta.url)));
