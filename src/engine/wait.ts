import { keepLocks } from './lock.ts';
import { emit, type Here } from './session.ts';

/** Waits, and says why. Whoever waits for long keeps the locks meanwhile. */
export async function wait({ session, id }: Here, reason: string, ms: number): Promise<void> {
  await keepLocks(session);
  await emit(session, { type: 'waiting', step: id, reason, ms });
  await session.ports.sleep(ms);
}
