import compare from 'semver/functions/compare.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';

/**
 * Ranges of versions are those of the package semver: `7.10.x`, `8.5.3`, `>=8.5 <10`, `7.10.x || >=8.5 <10`. One thing
 * is different: a suffix never counts, neither in a version nor in a range. `9.5.3-SNAPSHOT` behaves as 9.5.3 does,
 * where semver takes it for something older; and a snapshot of 8.19 or 9.5 names all releases that write snapshots as
 * it is, the lowest first: `8.19.9-8.19.21`.
 */

/** Returns what is wrong with a range, to stand behind its value; undefined where nothing is. */
export function rangeProblem(range: string): string | undefined {
  if (/\d-\d+\./.test(range)) return 'a hyphen between two versions has a space on both sides: "8.5 - 9.x"';
  if (range.includes(',')) return 'expected a range of versions, its parts joined by a space: ">=8.5 <10"';
  const alternatives = range.split('||');
  if (alternatives.some((one) => one.trim() === '' || alternativesOf(one).length === 0))
    return 'expected a range of versions: 7.10.x, 8.x, 8.5.3, ">=8.5 <10" or "7.10.x || >=8.5 <10"';
  const impossible = alternatives.find((one) => lowestVersion(one) === undefined);
  return impossible === undefined ? undefined : `no version is in ${impossible.trim()}`;
}

/** The release in a version as a server or a user gives it: `8.5.3-SNAPSHOT` → `8.5.3`, `8.5` → `8.5`; undefined where it is not a version. */
export function releaseOf(version: string): string | undefined {
  const [, release] = /^(\d+(?:\.\d+){0,2})(?:[-+].*)?$/.exec(version) ?? [];
  return release !== undefined && validRange(release) !== null ? release : undefined;
}

/**
 * Returns whether a version is in a range. A version with fewer than three parts is in it where one that begins so is:
 * `8.5` is in `8.5.3`, and `8` in `>=8.5 <10`.
 */
export function holdsVersion(range: string, version: string): boolean {
  const release = releaseOf(version);
  return release !== undefined && intersects(range, release);
}

/** Returns whether two ranges have a version in common. */
export function intersects(one: string, other: string): boolean {
  return lowestCommonVersion(one, other) !== undefined;
}

/** The lowest version that is in both ranges; undefined where none is. */
export function lowestCommonVersion(one: string, other: string): string | undefined {
  const both = alternativesOf(one).flatMap((first) => alternativesOf(other).map((second) => `${first} ${second}`));
  return both.flatMap((range) => lowestVersion(range) ?? []).sort(compare)[0];
}

/** @param range Without `||`: minVersion is wrong where the first of several alternatives is empty. */
function lowestVersion(range: string): string | undefined {
  return minVersion(withoutSuffixes(range))?.version;
}

/** The parts between the `||` of a range, as semver spells them out; none where it is not a range. */
function alternativesOf(range: string): string[] {
  return validRange(withoutSuffixes(range))?.split('||') ?? [];
}

function withoutSuffixes(range: string): string {
  return range.replace(/(\d+\.\d+\.\d+)[-+][^\s|]*/g, '$1');
}
