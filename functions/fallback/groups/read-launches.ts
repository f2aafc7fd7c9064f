import {
  type Activity,
  type AutoScalingClient,
  paginateDescribeScalingActivities,
} from '@aws-sdk/client-auto-scaling';
import { askAws } from './aws-call.ts';
import type { LaunchActivity } from './port.ts';

const MOST_PAGES = 10;
const PAGE_SIZE = 100;

/**
 * Without a group's name the API answers for all groups of the Region, what is under way first and then newest first: one
 * call where a call for each group would be throttled.
 */
export async function readLaunches(
  client: AutoScalingClient,
  since: Date,
): Promise<readonly LaunchActivity[]> {
  return askAws('autoscaling', 'DescribeScalingActivities', async ({ abortSignal }) => {
    const launches: LaunchActivity[] = [];
    let pages = 0;
    for await (const { Activities } of paginateDescribeScalingActivities(
      { client, pageSize: PAGE_SIZE },
      {},
      { abortSignal },
    )) {
      launches.push(...(Activities ?? []).flatMap(toLaunch));
      pages += 1;
      if (
        pages === MOST_PAGES ||
        (Activities ?? []).some((activity) => isOver(activity) && startOf(activity) < since)
      )
        break;
    }
    return launches.filter(({ at }) => at >= since).sort((a, b) => b.at.getTime() - a.at.getTime());
  });
}

function toLaunch(activity: Activity): LaunchActivity[] {
  // `Launching a new EC2 instance: i-0abc…`; also `… from warm pool`.
  if (!activity.Description?.startsWith('Launching a new EC2 instance')) return [];
  return [
    {
      group: activity.AutoScalingGroupName ?? '',
      at: startOf(activity),
      result: resultOf(activity),
      message: activity.StatusMessage ?? '',
    },
  ];
}

function resultOf({ StatusCode }: Activity): LaunchActivity['result'] {
  if (StatusCode === 'Failed' || StatusCode === 'Cancelled') return 'failed';
  return StatusCode === 'Successful' ? 'launched' : 'under-way';
}

function isOver({ StatusCode }: Activity): boolean {
  return StatusCode === 'Successful' || StatusCode === 'Failed' || StatusCode === 'Cancelled';
}

function startOf({ StartTime }: Activity): Date {
  return StartTime ?? new Date(0);
}
