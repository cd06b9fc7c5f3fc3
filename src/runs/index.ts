export { createJournal, readJournal } from './journal.ts';
export { listRuns } from './list.ts';
