/** The attribute of a story's row that holds the newest event of a slot. */
export function slotAttribute(slot: string): string {
  return `told#${slot}`;
}
