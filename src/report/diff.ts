import { nodesIn, type Plan, type Section, type Visited } from '../plan/index.ts';
import { isEqual, isObject, type Json, type JsonObject, mappingOf } from '../text/index.ts';
import { connectionText, requestText } from './outline.ts';

/** The difference between two plans. */
export interface PlanDiff {
  readonly format: 'runbook-diff/v1';
  readonly before: Side;
  readonly after: Side;
  /** True if both are the same bytes. */
  readonly same: boolean;
  /** The facts of the whole plan: connections, inputs, locks, maintenance windows. */
  readonly head: readonly FieldChange[];
  readonly steps: readonly StepChange[];
  /** Steps that are the same but for their number or the line that they stand on. */
  readonly renumbered: readonly string[];
}

/** One of the two plans. */
interface Side {
  /** The plan's id. */
  readonly plan: string;
  readonly runbook: string;
  readonly environment: string;
}

/** A field by its path (`request.body.indices`); without `before` it is new, without `after` it is gone. */
export interface FieldChange {
  readonly field: string;
  readonly before?: Json;
  readonly after?: Json;
}

export interface StepChange {
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  readonly step: string;
  readonly number: string;
  readonly title: string;
  readonly section: Section;
  /** `users-7.10.yaml:41:5`, where it stands in the runbook; of a removed step, where it stood. */
  readonly at: string;
  readonly effect?: 'read' | 'write';
  /** The request in one line; of a changed step, after the change. */
  readonly call?: string;
  /** The fields that differ; of an added or removed step, all that it has. */
  readonly fields: readonly FieldChange[];
}

/** Returns what differs between two plans, step by step: steps are the same where their ids are. */
export function diffOf(before: Plan, beforeId: string, after: Plan, afterId: string): PlanDiff {
  const [old, now] = [nodesIn(before), nodesIn(after)];
  const oldById = new Map(old.map((entry) => [entry.node.id, entry]));
  const nowIds = new Set(now.map(({ node }) => node.id));
  const inOrder = idsInOrder(
    old.map(({ node }) => node.id),
    now.map(({ node }) => node.id),
  );
  const renumbered: string[] = [];
  const changes = now.flatMap((entry): StepChange[] => {
    const earlier = oldById.get(entry.node.id);
    if (!earlier) return [stepChange('added', entry, changesIn(undefined, statementsOf(entry)))];
    const fields = withoutEcho(changesIn(statementsOf(earlier), statementsOf(entry)));
    if (fields.length > 0) return [stepChange('changed', entry, fields)];
    if (!inOrder.has(entry.node.id)) return [stepChange('moved', entry, [])];
    if (earlier.node.number !== entry.node.number || earlier.node.at !== entry.node.at) renumbered.push(entry.node.id);
    return [];
  });
  const removed = old
    .filter(({ node }) => !nowIds.has(node.id))
    .map((entry) => stepChange('removed', entry, changesIn(statementsOf(entry), undefined)));
  return {
    format: 'runbook-diff/v1',
    before: sideOf(before, beforeId),
    after: sideOf(after, afterId),
    same: beforeId === afterId,
    head: changesIn(headOf(before), headOf(after)),
    steps: [...removed, ...changes],
    renumbered,
  };
}

function sideOf({ runbook, environment }: Plan, plan: string): Side {
  return { plan, runbook: runbook.file, environment: environment.name };
}

function headOf({ preflight: _preflight, steps: _steps, rollback: _rollback, ...head }: Plan): JsonObject {
  return mappingOf(head);
}

function stepChange(change: StepChange['change'], { node, section }: Visited, fields: FieldChange[]): StepChange {
  const { id, number, title, at } = node;
  const call =
    node.kind === 'request'
      ? { effect: node.effect, call: `${requestText(node.request)} on ${connectionText(node.request)}` }
      : {};
  return { change, step: id, number, title, section, at, ...call, fields };
}

/** Returns what a node says of itself; what is inside of it is compared on its own. */
function statementsOf({ node, section, within, undoes }: Visited): JsonObject {
  const { id: _id, number: _number, at: _at, ...rest } = node;
  const { steps: _steps, evidence: _evidence, always: _always, rollback: _rollback, ...facts } = mappingOf(rest);
  return {
    ...facts,
    section,
    ...(within === undefined ? {} : { within }),
    ...(undoes === undefined ? {} : { undoes }),
  };
}

/** A title repeats what changed: it counts where nothing else did. */
function withoutEcho(fields: FieldChange[]): FieldChange[] {
  const others = fields.filter(({ field }) => field !== 'title');
  return others.length > 0 ? others : fields;
}

/** The leaves in which two values differ. */
function changesIn(before: Json | undefined, after: Json | undefined, field = ''): FieldChange[] {
  if (before !== undefined && after !== undefined && isEqual(before, after)) return [];
  const [old, now] = [branchesOf(before), branchesOf(after)];
  const isBranch = (before === undefined || old) && (after === undefined || now) && (old ?? now) !== undefined;
  if (isBranch && (field === '' || (old && now))) {
    const keys = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])];
    return keys.flatMap((key) => changesIn(old?.[key], now?.[key], field === '' ? key : `${field}.${key}`));
  }
  return [{ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** A mapping as it is; a list of conditions by what each is about. Other values are compared as a whole. */
function branchesOf(value: Json | undefined): JsonObject | undefined {
  if (isObject(value)) return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const conditions = value as readonly Json[];
  const subjects = conditions.map((item) => (isObject(item) ? item.subject : undefined));
  if (!subjects.every((subject) => typeof subject === 'string') || new Set(subjects).size < subjects.length)
    return undefined;
  return Object.fromEntries(
    conditions.map((item, index) => {
      const { expect = null, variables } = item as JsonObject;
      return [subjects[index], variables === undefined ? expect : { expect, variables }];
    }),
  );
}

/** Of the ids that are in both lists, the most that stand in the same order: the others have moved. */
function idsInOrder(before: readonly string[], after: readonly string[]): Set<string> {
  const places = new Map(before.map((id, index) => [id, index]));
  const common = after.filter((id) => places.has(id));
  // The longest increasing subsequence of the old places: `tails[n]` ends the best one of n + 1 ids.
  const tails: number[] = [];
  const previous: (number | undefined)[] = [];
  const placeAt = (index: number) => places.get(common[index] ?? '') ?? 0;
  for (let index = 0; index < common.length; index++) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (placeAt(tails[middle] ?? 0) < placeAt(index)) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? tails[low - 1] : undefined;
    tails[low] = index;
  }
  const kept = new Set<string>();
  for (let index = tails.at(-1); index !== undefined; index = previous[index]) kept.add(common[index] ?? '');
  return kept;
}
