import { afterAll, beforeAll, describe } from 'vitest';
import { versions } from '../real/lab.ts';
import { sandboxBackend } from './sandbox-backend.ts';
import { usersCopyContract } from './users-copy.ts';

const backends = new Map<string, Awaited<ReturnType<typeof sandboxBackend>>>();

describe('in the sandbox', () => {
  beforeAll(async () => {
    for (const version of versions) backends.set(version, await sandboxBackend(version));
  });
  afterAll(() => Promise.all([...backends.values()].map(({ sandbox }) => sandbox.close())));

  for (const [from, to, extent] of [
    ['7.10', '7.10', 'core'],
    ['7.10', '9.5', 'whole'],
    ['8.5', '8.19', 'core'],
    ['9.5', '7.10', 'core'],
  ] as const) {
    usersCopyContract(
      `users-copy from ${from} to ${to}`,
      () => {
        const [source, destination] = [backends.get(from), backends.get(to)];
        if (!source || !destination) throw new Error('the sandboxes are started first');
        const reset = async () => {
          await source.reset();
          if (destination !== source) await destination.reset();
        };
        return { from: source.pair, to: destination.pair, reset };
      },
      extent,
    );
  }
});
