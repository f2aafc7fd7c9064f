/** Key of the taint that the cordon sets; its value is the interruption's kind, its effect `NoSchedule`. */
export const TAINT_KEY = 'spot-responder/interruption';
