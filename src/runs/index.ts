export { chainOf, hashOf, lineOf } from './chain.ts';
export {
  createJournal,
  followJournal,
  isFinished,
  type Journal,
  readJournal,
  readPlan,
  reopenJournal,
} from './journal.ts';
export { listRuns, runNames } from './list.ts';
export { Locked, lockHere, locksFolder } from './local-lock.ts';
