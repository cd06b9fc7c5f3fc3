import { describe, inject } from 'vitest';
import { runbooksContract } from '../contract/runbooks.ts';
import { serversContract } from '../contract/servers.ts';
import { type Lab, reset } from './lab.ts';

const provided = inject('lab');

describe.skipIf('skipped' in provided)('real servers', () => {
  for (const version of ['7.10', '8.5'] as const) {
    const pair = (provided as Lab)[version];
    const backend = { pair, reset: () => reset(pair) };
    serversContract(`Elasticsearch ${version}`, version, () => backend);
    runbooksContract(`the shipped runbooks on ${version}`, version, () => backend);
  }
});
