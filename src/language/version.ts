/**
 * Whether a range of versions (`7.10.x`, `8.x`, `8.5.3`) holds a version. A version that says less than the range
 * (`8.5` and `8.5.3`) is held as far as it goes; a suffix (`-SNAPSHOT`) does not count.
 */
export function holdsVersion(range: string, version: string): boolean {
  const given = version.replace(/-.*$/, '').split('.');
  return range.split('.').every((part, index) => part === 'x' || given[index] === undefined || given[index] === part);
}
