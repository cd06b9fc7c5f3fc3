import { bulkItemsAreChecked } from './bulk-items-are-checked.ts';
import { closedIndicesAreOpened } from './closed-indices-are-opened.ts';
import { destinationRepositoriesAreReadonly } from './destination-repositories-are-readonly.ts';
import { featuresKeepTheirNames } from './features-keep-their-names.ts';
import { featuresNeedEight } from './features-need-eight.ts';
import { inputsAreUsed } from './inputs-are-used.ts';
import type { Lint } from './lint.ts';
import { renamedRestoresLeaveAliases } from './renamed-restores-leave-aliases.ts';
import { restoresAreChecked } from './restores-are-checked.ts';
import { restoresLeaveGlobalState } from './restores-leave-global-state.ts';
import { restoresSayWhat } from './restores-say-what.ts';
import { secretsAreReferences } from './secrets-are-references.ts';
import { snapshotsAreChecked } from './snapshots-are-checked.ts';
import { writesAreAccountedFor } from './writes-are-accounted-for.ts';
import { writesDoNotWait } from './writes-do-not-wait.ts';

export type { Lint } from './lint.ts';

/** Every lint, in the order in which `runbook explain` lists them. */
export const lints: readonly Lint[] = [
  destinationRepositoriesAreReadonly,
  snapshotsAreChecked,
  writesDoNotWait,
  writesAreAccountedFor,
  closedIndicesAreOpened,
  restoresSayWhat,
  restoresLeaveGlobalState,
  restoresAreChecked,
  renamedRestoresLeaveAliases,
  featuresKeepTheirNames,
  featuresNeedEight,
  bulkItemsAreChecked,
  secretsAreReferences,
  inputsAreUsed,
];
