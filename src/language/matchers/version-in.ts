import { holdsVersion } from '../version.ts';
import type { MatcherKind } from './matcher.ts';

/** A string that is a version in this semver range; what is not a version is in none. */
export const versionIn: MatcherKind = {
  holds: (actual, operand) =>
    typeof actual === 'string' && typeof operand === 'string' && holdsVersion(operand, actual),
  expected: (operand, show) => `a version in the range ${typeof operand === 'string' ? operand : show(operand)}`,
};
