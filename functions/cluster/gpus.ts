/** GPUs of any vendor in a resource list; extended resources are whole numbers. */
export function countGpus(resources: Readonly<Record<string, string>>): number {
  return Object.entries(resources)
    .filter(([name]) => name.endsWith('/gpu'))
    .reduce((sum, [, amount]) => sum + Number(amount), 0);
}
