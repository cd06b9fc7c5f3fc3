import { describe, inject } from 'vitest';
import { runbooksContract } from '../contract/runbooks.ts';
import { serversContract } from '../contract/servers.ts';
import { type Pair, reset, versions } from './lab.ts';

const lab = inject('lab');

for (const version of versions) {
  const pair = lab[version] as Pair;
  const backend = { pair, reset: () => reset(pair) };
  // Each version has servers of its own: they run side by side, the tests of one version in turn.
  const suite = 'skipped' in pair ? describe.skip : describe.concurrent;
  suite(`real servers of ${version}`, () => {
    describe.sequential('in turn', () => {
      serversContract(`Elasticsearch ${version}`, version, () => backend, version !== '8.5');
      runbooksContract(`the bundled runbooks on ${version}`, version, () => backend);
    });
  });
}
