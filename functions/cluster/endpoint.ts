/** Where a cluster's API server is. */
export interface ClusterEndpoint {
  /** `https://….eks.amazonaws.com` */
  readonly server: string;
  /** PEM, base64-encoded as EKS gives it. */
  readonly ca?: string;
}
