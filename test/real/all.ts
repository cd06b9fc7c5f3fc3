import { readdirSync } from 'node:fs';
import { describe } from 'vitest';

// One file to vitest: they share the servers, and run in turn, while the tests of other projects run beside them.
for (const file of readdirSync(import.meta.dirname)) {
  const [whole, name] = /^(.*)\.test\.ts$/.exec(file) ?? [];
  if (whole)
    describe.sequential(whole, async () => {
      await import(`./${name}.test.ts`);
    });
}
