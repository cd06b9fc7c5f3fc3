import { expect, it } from 'vitest';
import { holdsVersion } from '../../src/language/index.ts';

it.each([
  ['7.10.x', '7.10.2', true],
  ['7.10.x', '7.1.0', false],
  ['7.10.x', '7.10', true],
  ['8.x', '8.5.3', true],
  ['8.x', '18.5.3', false],
  ['8.5.3', '8.5', true],
  ['8.5.3', '8.5.3-SNAPSHOT', true],
  ['8.5.3', '8.5.30', false],
])('%s holds %s: %s', (range, version, expected) => {
  expect(holdsVersion(range, version)).toBe(expected);
});
