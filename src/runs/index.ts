export { chainOf, hashOf, lineOf } from './chain.ts';
export {
  createJournal,
  followJournal,
  type Journal,
  readJournal,
  reopenJournal,
} from './journal.ts';
export { listRuns, watchRuns } from './list.ts';
export { Locked, lockHere, locksFolder } from './local-lock.ts';
export { openedIn, type Seal, SealMismatch, sealFor, shortestSealKey } from './seal.ts';
