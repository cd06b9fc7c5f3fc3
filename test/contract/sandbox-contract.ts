import { afterAll, beforeAll } from 'vitest';
import type { Version } from '../real/lab.ts';
import { runbooksContract } from './runbooks.ts';
import { sandboxBackend } from './sandbox-backend.ts';
import { serversContract } from './servers.ts';

/** The contract suite in a sandbox of one version. */
export function sandboxContract(version: Version): void {
  let backend: Awaited<ReturnType<typeof sandboxBackend>>;
  beforeAll(async () => {
    backend = await sandboxBackend(version);
  });
  afterAll(() => backend.sandbox.close());
  // Each test asks for the backend when it runs.
  const own = () => backend;
  serversContract(`the sandbox of ${version}`, version, own);
  // To a runbook the sandbox of 8.19 is that of 9.5 under another number.
  if (version !== '8.19') runbooksContract(`the bundled runbooks in the sandbox of ${version}`, version, own);
}
