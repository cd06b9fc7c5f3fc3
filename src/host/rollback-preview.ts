import { openConnections, readsOnly, withSecrets } from '../connections/index.ts';
import { createRedactor, previewRollback, type RollbackPreview } from '../engine/index.ts';
import { sealFor } from '../runs/index.ts';
import { type Execution, unsealedIn } from './execute.ts';
import type { RecordedRun } from './run-folders.ts';
import { resolveSecrets } from './secrets.ts';

/**
 * Returns what a rollback would send, the newest step first. Sends the reads before the first write of each; nothing is
 * written, and nothing is recorded.
 * @param execution What `prepareRollback` gives.
 */
export async function rollbackPreview(
  { plan, environment, origin }: Execution,
  { id, events }: RecordedRun,
): Promise<RollbackPreview[]> {
  const redactor = createRedactor();
  const { secrets, targets, sealKey } = await resolveSecrets(plan, environment, origin?.env ?? '', redactor);
  const unsealed = sealKey === undefined ? undefined : unsealedIn(events, sealFor(id, sealKey), redactor);
  const connections = await openConnections(targets);
  try {
    return await previewRollback(
      plan,
      { id, redactor, journal: events, ...(unsealed ? { unsealed } : {}) },
      {
        send: withSecrets(readsOnly(connections.send), secrets),
        now: Date.now,
        monotonic: () => performance.now(),
      },
    );
  } finally {
    await connections.close();
  }
}
