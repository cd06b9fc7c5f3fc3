/** Says of a journal that its end is missing: nobody knows what was there. */
export function tornText(bytes: number): string {
  return `the last line of the journal was not written to its end, as power loss leaves it (${bytes} bytes): what it recorded, such as a write, is not known`;
}
