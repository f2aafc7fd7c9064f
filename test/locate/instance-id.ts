import { asInstanceId, type InstanceId } from '../../functions/signals/interruption.ts';

/** The id of the n-th test instance. */
export function instanceId(n: number): InstanceId {
  const id = asInstanceId(`i-0aaaaaaaaaaaaaa${String(n).padStart(2, '0')}`);
  if (id === undefined) throw new Error(`${n} makes no instance id`);
  return id;
}
