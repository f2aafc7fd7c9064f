/** Where a pod is reached: every pod has an address of its own. */
export interface PodAddress {
  /** As the API server and Services have it. */
  readonly cluster: string;
  /** Where its processes listen on this machine. */
  readonly local: string;
}

/**
 * The n-th pod's. Endpoints take no loopback addresses, and processes of this machine have no others without its
 * administrator: 10.1.2.3 of the cluster is 127.1.2.3 here. Linux answers on all of them.
 */
export function podAddress(number: number): PodAddress {
  const cluster = `10.${[16, 8, 0].map((bits) => (number >> bits) & 255).join('.')}`;
  return { cluster, local: localAddress(cluster) };
}

export function localAddress(cluster: string): string {
  return cluster.replace(/^10\./, '127.');
}
