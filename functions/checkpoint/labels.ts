/** What users and jobs write on pods; `python/README.md` shows the job's side. */
export const OPT_IN_LABEL = 'spot-responder/checkpoint';
export const REQUEST_ANNOTATION = 'spot-responder/checkpoint-request';
/** First the option, how the job will acknowledge; the job overwrites it with the acknowledgement itself. */
export const ACK_ANNOTATION = 'spot-responder/checkpoint-ack';
export const TIMEOUT_ANNOTATION = 'spot-responder/checkpoint-timeout-seconds';
/** Where markers are written, with acknowledgement by marker: `s3://bucket/prefix`. */
export const MARKER_ANNOTATION = 'spot-responder/checkpoint-marker';
