import { bulkItemsAreChecked } from './bulk-items-are-checked.ts';
import { closedIndicesAreOpened } from './closed-indices-are-opened.ts';
import { dateMathIsEncoded } from './date-math-is-encoded.ts';
import { deletedSnapshotsAreOwn } from './deleted-snapshots-are-own.ts';
import { deletionsNameThings } from './deletions-name-things.ts';
import { destinationRepositoriesAreReadonly } from './destination-repositories-are-readonly.ts';
import { featuresKeepTheirNames } from './features-keep-their-names.ts';
import { featuresNeedEight } from './features-need-eight.ts';
import { healthWaitsGoOn } from './health-waits-go-on.ts';
import { inputsAreUsed } from './inputs-are-used.ts';
import type { Lint } from './lint.ts';
import { renamedRestoresLeaveAliases } from './renamed-restores-leave-aliases.ts';
import { restoresAreChecked } from './restores-are-checked.ts';
import { restoresLeaveGlobalState } from './restores-leave-global-state.ts';
import { restoresReachSystemIndices } from './restores-reach-system-indices.ts';
import { restoresSayWhat } from './restores-say-what.ts';
import { rollbacksLeaveWhatWasThere } from './rollbacks-leave-what-was-there.ts';
import { secretsAreReferences } from './secrets-are-references.ts';
import { shardsAreAllThere } from './shards-are-all-there.ts';
import { snapshotsAreChecked } from './snapshots-are-checked.ts';
import { stoppedPartsAreStarted } from './stopped-parts-are-started.ts';
import { systemIndicesAreNotDeleted } from './system-indices-are-not-deleted.ts';
import { writesAreAccountedFor } from './writes-are-accounted-for.ts';
import { writesDoNotWait } from './writes-do-not-wait.ts';

export type { Lint } from './lint.ts';

/** Every lint, in the order in which `runbook explain` lists them. */
export const lints: readonly Lint[] = [
  destinationRepositoriesAreReadonly,
  snapshotsAreChecked,
  writesDoNotWait,
  writesAreAccountedFor,
  rollbacksLeaveWhatWasThere,
  closedIndicesAreOpened,
  stoppedPartsAreStarted,
  deletionsNameThings,
  systemIndicesAreNotDeleted,
  deletedSnapshotsAreOwn,
  restoresSayWhat,
  restoresLeaveGlobalState,
  restoresAreChecked,
  restoresReachSystemIndices,
  shardsAreAllThere,
  renamedRestoresLeaveAliases,
  featuresKeepTheirNames,
  featuresNeedEight,
  bulkItemsAreChecked,
  healthWaitsGoOn,
  dateMathIsEncoded,
  secretsAreReferences,
  inputsAreUsed,
];
