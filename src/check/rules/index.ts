import type { Rule } from '../rule.ts';
import { blocksRepeatUntil } from './blocks-repeat-until.ts';
import { bodiesHaveAForm } from './bodies-have-a-form.ts';
import { callsAreKnown } from './calls-are-known.ts';
import { checksSaveWhatStepsSave } from './checks-save-what-steps-save.ts';
import { comparisonsCanHold } from './comparisons-can-hold.ts';
import { connectionsAreDeclared } from './connections-are-declared.ts';
import { failedWritesAreAccountedFor } from './failed-writes-are-accounted-for.ts';
import { fragmentsGetTheirInputs } from './fragments-get-their-inputs.ts';
import { headersAreFree } from './headers-are-free.ts';
import { idsAreUnique } from './ids-are-unique.ts';
import { inputsKeepTheirTypes } from './inputs-keep-their-types.ts';
import { namesExistBeforeUse } from './names-exist-before-use.ts';
import { parallelLoopsAskNobody } from './parallel-loops-ask-nobody.ts';
import { pathsAreWhole } from './paths-are-whole.ts';
import { queriesParse } from './queries-parse.ts';
import { readsOnlyRead } from './reads-only-read.ts';
import { secretsStayInBodies } from './secrets-stay-in-bodies.ts';
import { templatesHaveTheirBraces } from './templates-have-their-braces.ts';
import { templatesParse } from './templates-parse.ts';

export const rules: readonly Rule[] = [
  idsAreUnique,
  templatesParse,
  templatesHaveTheirBraces,
  namesExistBeforeUse,
  connectionsAreDeclared,
  callsAreKnown,
  readsOnlyRead,
  failedWritesAreAccountedFor,
  parallelLoopsAskNobody,
  inputsKeepTheirTypes,
  fragmentsGetTheirInputs,
  queriesParse,
  checksSaveWhatStepsSave,
  comparisonsCanHold,
  pathsAreWhole,
  headersAreFree,
  bodiesHaveAForm,
  blocksRepeatUntil,
  secretsStayInBodies,
];
