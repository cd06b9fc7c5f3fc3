import { describe, inject } from 'vitest';
import { mixes, versionsContract } from '../contract/versions.ts';
import { type Pair, reset } from './lab.ts';

const lab = inject('lab');

for (const [from, to] of mixes) {
  const [source, destination] = [lab[from] as Pair, lab[to] as Pair];
  const suite = 'skipped' in source || 'skipped' in destination ? describe.skip : describe;
  suite(`real servers of ${from} and ${to}`, () => {
    // Both reach the object store of the source's pair.
    const backend = {
      pair: { ...destination, source: source.source, objects: source.objects },
      reset: async () => {
        await Promise.all([reset(source), reset(destination)]);
      },
    };
    // Security of the real 8.5 is a stand-in.
    const hasSecurity = from !== '8.5' && to !== '8.5';
    versionsContract('one takes what the other gives', [from, to], () => backend, hasSecurity);
  });
}
