import { describe, inject } from 'vitest';
import { runbooksContract } from '../contract/runbooks.ts';
import { serversContract } from '../contract/servers.ts';
import { type Lab, reset } from './lab.ts';

const provided = inject('lab');

// The two versions have servers of their own: they go on side by side, the tests of each one after the other.
const suite = 'skipped' in provided ? describe.skip : describe.concurrent;

suite.each(['7.10', '8.5'] as const)('real servers of %s', (version) => {
  const pair = (provided as Lab)[version];
  const backend = { pair, reset: () => reset(pair) };
  describe.sequential('in turn', () => {
    serversContract(`Elasticsearch ${version}`, version, () => backend);
    runbooksContract(`the shipped runbooks on ${version}`, version, () => backend);
  });
});
