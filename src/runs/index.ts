export { chainOf, hashOf, lineOf } from './chain.ts';
export { createJournal, type Journal, readJournal, readPlan, reopenJournal } from './journal.ts';
export { listRuns } from './list.ts';
export { Locked, lockHere, locksFolder } from './local-lock.ts';
