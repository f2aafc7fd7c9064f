/** On an instance or Auto Scaling group while it is drilled: experiments reach nothing else. */
export const DRILL_TAG = { key: 'spot-responder/drill', value: 'requested' } as const;
