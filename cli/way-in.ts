import { ConfigurationError } from '../functions/errors.ts';

/** How a live cluster is reached: by a kubeconfig, else by an EKS token. */
export interface WayIn {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** @throws ConfigurationError for a context of no kubeconfig, which would be overlooked. */
export function checkWayIn({ context, kubeconfig }: WayIn): void {
  if (context !== undefined && kubeconfig === undefined)
    throw new ConfigurationError(
      `--context ${context} needs --kubeconfig: without a file the cluster is reached by an EKS token.`,
    );
}
