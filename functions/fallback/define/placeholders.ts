import type { PoolDefinition, SizedGroup } from './pool-definition.ts';
import { TAG, type TagReader } from './tags.ts';

/** `infra/k8s/placeholders.yaml` lets us scale the Deployments of this namespace, and no others. */
const NAMESPACE = 'spot-responder';
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Which Deployment, if any, asks the autoscaler of this pool for spot nodes. */
export function readPlaceholders(
  spot: readonly SizedGroup[],
  countsGpus: boolean,
  tags: TagReader,
): Pick<PoolDefinition, 'placeholders'> {
  const tagged = spot.flatMap(({ group }) => {
    const name = group.tags[TAG.placeholders];
    return name === undefined ? [] : [{ group, name }];
  });
  const [first] = tagged;
  if (!first) return {};
  const { group, name } = first;
  if (!NAME.test(name))
    tags.note(
      `tag ${TAG.placeholders} of group ${group.name} is "${name}"; it must be the name of a Deployment in the namespace ${NAMESPACE}: small letters, digits and hyphens, 63 at most`,
    );
  if (tagged.some((each) => each.name !== name))
    tags.note(`tag ${TAG.placeholders} has different values on the groups of the pool; make them equal`);
  if (!countsGpus)
    tags.note(
      `tag ${TAG.placeholders} of group ${group.name} needs nodes with GPUs: without, no pod fills a node`,
    );
  if (TAG.wantedNodes in group.tags)
    tags.note(
      `group ${group.name} has both ${TAG.placeholders} and ${TAG.wantedNodes}; keep the first where an autoscaler sets its size, else the second`,
    );
  return { placeholders: { namespace: NAMESPACE, name } };
}
