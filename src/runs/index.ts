export { chainOf, hashOf, JournalDamage, lineOf } from './chain.ts';
export { assertOwn, makeFolder, NotOwn } from './folder.ts';
export {
  createJournal,
  followJournal,
  type Journal,
  type JournalContents,
  noEventText,
  readJournal,
  reopenJournal,
} from './journal.ts';
export { listRuns, type RunEntry, runNames, watchRuns } from './list.ts';
export { foldersLeft, Locked, lockHere, lockRun, locksFolder } from './local-lock.ts';
export { beginWork, stateOfWork } from './process.ts';
export { type KeptReason, pruneRuns } from './prune.ts';
export { NotReadable, readRegularFile, TooLarge } from './regular-file.ts';
export { openedIn, type Seal, SealMismatch, sealFor, shortestSealKey } from './seal.ts';
