import { afterAll, beforeAll, describe } from 'vitest';
import { sandboxBackend } from './sandbox-backend.ts';
import { mixes, versionsContract } from './versions.ts';

describe.each(mixes)('a sandbox of %s and %s', (from, to) => {
  let backend: Awaited<ReturnType<typeof sandboxBackend>>;
  beforeAll(async () => {
    backend = await sandboxBackend(from, to);
  });
  afterAll(() => backend.sandbox.close());
  versionsContract('takes what the other gives as real servers do', [from, to], () => backend);
});
