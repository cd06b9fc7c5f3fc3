/**
 * Says of a journal that its end is missing: nobody knows what was there.
 * @param lost The step whose write may have been about to be sent.
 */
export function tornText(bytes: number, lost?: string): string {
  const what = lost === undefined ? '' : `; the write of ${lost} counts as one that may have been sent`;
  return `the last line of the journal was not written to its end, as power loss leaves it (${bytes} bytes): what it recorded, such as a write, is not known${what}`;
}
