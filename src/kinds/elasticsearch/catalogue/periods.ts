import { intersects } from '../../../language/index.ts';
import { knownApis } from './apis.ts';

/** Versions of which the catalogue knows the same, from one that it has to the one before the next. */
export interface Period {
  readonly range: string;
  /** Of each version: whether what it has may be there. */
  readonly sources: readonly number[];
}

/** Between two versions that are known an API of either may be there; but what a major version has removed is not in its first ones. */
function periodsOf(versions: readonly string[]): Period[] {
  return versions.flatMap((version, index): Period[] => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const next = versions[index + 1];
    const exact = { range: `${version}.x`, sources: [index] };
    const before = index === 0 ? [{ range: `<${version}`, sources: [index] }] : [];
    const after = `>=${major}.${minor + 1}`;
    if (next === undefined) return [...before, exact, { range: after, sources: [index] }];
    const [nextMajor = 0] = next.split('.').map(Number);
    const between = {
      range: `${after} <${major === nextMajor ? next : `${nextMajor}.0`}`,
      sources: [index, index + 1],
    };
    const first = major === nextMajor ? [] : [{ range: `>=${nextMajor}.0 <${next}`, sources: [index + 1] }];
    return [...before, exact, between, ...first];
  });
}

/** Of each range that was asked for: a file has many calls, and one range. */
const periodsOfRanges = new Map<string, readonly Period[]>();

/** Returns the periods that a semver range has something of. */
export function periodsIn(range: string): readonly Period[] {
  const known = periodsOfRanges.get(range);
  if (known) return known;
  const periods = periodsOf(knownApis().versions).filter((period) => intersects(range, period.range));
  periodsOfRanges.set(range, periods);
  return periods;
}
