import { describe, inject } from 'vitest';
import { usersCopyContract } from '../contract/users-copy.ts';
import { type Pair, reset } from './lab.ts';

const lab = inject('lab');

for (const [from, to, extent] of [
  ['7.10', '7.10', 'core'],
  ['7.10', '9.5', 'whole'],
  ['8.19', '9.5', 'core'],
  ['9.5', '7.10', 'whole'],
] as const) {
  const [source, destination] = [lab[from], lab[to]];
  const suite = 'skipped' in source || 'skipped' in destination ? describe.skip : describe;
  suite('on real servers', () => {
    const pairs = { from: source as Pair, to: destination as Pair };
    usersCopyContract(
      `users-copy from ${from} to ${to}`,
      () => ({
        ...pairs,
        reset: async () => {
          await reset(pairs.from);
          if (pairs.to !== pairs.from) await reset(pairs.to);
        },
      }),
      extent,
    );
  });
}
