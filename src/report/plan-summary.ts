import type { Change } from '../kinds/index.ts';
import {
  nodesIn,
  nodesRunBy,
  type Plan,
  type PlannedNode,
  type PlannedRequest,
  type Visited,
  wholeRunbook,
} from '../plan/index.ts';
import { connectionText, dialectFor, requestText } from './outline.ts';
import { readable, readableText } from './readable.ts';
import { conditionText, windowText } from './words.ts';

/** A plan as a reviewer reads it first: how much it does, what it writes, and what takes each write back. */
export interface PlanSummary {
  readonly calls: readonly CallCount[];
  /** In the order of the plan, the locks first: what a run sends unless something fails. */
  readonly writes: readonly WriteLine[];
  /** What is sent only to roll back. */
  readonly rollback: readonly WriteLine[];
  readonly questions: readonly Question[];
  /** What its author warns of. */
  readonly warnings: readonly Warning[];
}

/** A loop of which only the run knows how often it runs: `item of step 3`, or, where it has no list, `iteration of step 3`. */
export interface Loop {
  readonly each: 'item' | 'iteration';
  readonly number: string;
}

export function loopText({ each, number }: Loop): string {
  return `per ${each} of step ${number}`;
}

/** The planned calls on a connection; in a loop of which only the run knows how often it runs, they are counted once. */
export interface CallCount {
  readonly connection: string;
  readonly per?: Loop;
  readonly reads: number;
  readonly writes: number;
}

export interface WriteLine {
  /** Missing of a lock. */
  readonly id?: string;
  /** The step's; `lock` of a lock. */
  readonly number: string;
  /** `+` may create, `~` may change, `-` may delete, `·` leaves nothing behind, `?` nothing is known of this API; one or more of them. */
  readonly marks: string;
  readonly disruptive: boolean;
  readonly title: string;
  /** The connection, and as whom: `destination as recovery`. */
  readonly on: string;
  readonly call: string;
  /** What else must be known: what it may overwrite, when it is sent, how often. */
  readonly notes: readonly string[];
  /** What undoes it, as short as it can be said; of a rollback's own write, what it undoes. */
  readonly undone: string;
  /** True where it stays behind a failure, and nobody has said that it may. */
  readonly isLeft: boolean;
}

/** A step that is disruptive or asks a person. */
export interface Question {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly disruptive: boolean;
  readonly notes: readonly string[];
}

export interface Warning {
  readonly number: string;
  readonly note: string;
  readonly when: readonly string[];
}

/** Returns the summary of a plan. Every write of the plan is in it once. */
export function summaryOf(plan: Plan): PlanSummary {
  const all = nodesIn(plan);
  const places = new Map(all.map((entry) => [entry.node.id, entry]));
  const around = (entry: Visited): Visited[] => {
    const outer = entry.within === undefined ? undefined : places.get(entry.within);
    return outer ? [outer, ...around(outer)] : [];
  };
  const writes = all.filter(({ node }) => isWrite(node));
  const lineOf = (entry: Visited) => writeLine(entry as Write, around(entry), places, plan);
  return {
    calls: countsOf(all, around, plan),
    writes: [...lockLines(plan), ...writes.filter(({ section }) => section !== 'rollback').map(lineOf)],
    rollback: writes.filter(({ section }) => section === 'rollback').map(lineOf),
    questions: all.filter(({ section }) => section !== 'rollback').flatMap(({ node }) => questionOf(node, plan)),
    warnings: all.filter(({ section }) => section !== 'rollback').flatMap(({ node }) => warningOf(node, plan)),
  };
}

type Write = Visited & { readonly node: PlannedRequest };
type Around = readonly Visited[];

function isWrite(node: PlannedNode): node is PlannedRequest {
  return node.kind === 'request' && node.effect === 'write';
}

/** The loop that sends a call again and again; undefined where planning has counted them. */
function loopOf(entry: Visited, around: Around): Loop | undefined {
  const path = [entry, ...around];
  const [first] = around.flatMap(({ node }, index): Loop[] => {
    if (node.kind !== 'block') return [];
    if (node.for_each !== undefined) return [{ each: 'item', number: node.number }];
    // Its always runs once.
    return node.repeat && path[index]?.section !== 'always' ? [{ each: 'iteration', number: node.number }] : [];
  });
  return first;
}

function countsOf(all: readonly Visited[], around: (entry: Visited) => Around, plan: Plan): CallCount[] {
  const counts = new Map<string, { -readonly [K in keyof CallCount]: CallCount[K] }>();
  const countFor = (connection: string, per?: Loop) => {
    const key = JSON.stringify([connection, per]);
    const count = counts.get(key) ?? { connection, ...(per ? { per } : {}), reads: 0, writes: 0 };
    counts.set(key, count);
    return count;
  };
  for (const connection of Object.keys(plan.environment.connections)) countFor(connection);
  for (const { connection } of plan.locks) countFor(connection).writes++;
  for (const entry of all) {
    const { node, section } = entry;
    if (node.kind !== 'request' || section === 'rollback' || section === 'evidence') continue;
    const count = countFor(node.request.connection, loopOf(entry, around(entry)));
    if (node.effect === 'write') count.writes++;
    else count.reads++;
  }
  const names = Object.keys(plan.environment.connections);
  return [...counts.values()].sort((one, other) => names.indexOf(one.connection) - names.indexOf(other.connection));
}

function lockLines(plan: Plan): WriteLine[] {
  return plan.locks.map((lock) => ({
    number: 'lock',
    marks: '+',
    disruptive: false,
    title: 'Lock the cluster against other runs',
    on: connectionText(lock),
    call: `PUT ${lock.path}`,
    notes: [
      'renewed every minute; its index is created if it is missing, and stays',
      ...(lock.successor === undefined ? [] : [`as ${lock.successor} once the other credentials are refused`]),
    ],
    undone: 'the end of the run',
    isLeft: false,
  }));
}

function writeLine(entry: Write, around: Around, places: ReadonlyMap<string, Visited>, plan: Plan): WriteLine {
  const { node } = entry;
  const { id, number, title, request, when = [] } = readable(node, plan, 'short');
  const change = changeOf(node, plan);
  const loop = loopOf(entry, around);
  // What rolls back has the conditions of what it undoes behind it.
  const outer = entry.section === 'rollback' ? around.filter(({ section }) => section === 'rollback') : around;
  const conditions = [...when.map(conditionText), ...outer.flatMap((one) => conditionsOf(one.node, plan))];
  const isDisruptive = [node, ...around.map((one) => one.node)].some(
    (one) => one.kind !== 'skipped' && one.disruptive === true,
  );
  return {
    id,
    number,
    marks: change === 'nothing' ? '·' : change ? change.may.map((may) => marks[may]).join('') : '?',
    disruptive: isDisruptive,
    title,
    on: connectionText(request),
    call: requestText(request),
    notes: [
      ...(change !== 'nothing' && change?.overwrites !== undefined ? [`may overwrite ${change.overwrites}`] : []),
      ...(loop === undefined ? [] : [`once ${loopText(loop)}`]),
      ...conditions.map((condition) => `only if ${condition}`),
      ...(node.keep === undefined ? [] : [`kept: ${readableText(node.keep, plan, 'short')}`]),
      ...(node.on_unknown === undefined ? [] : ['the run is suspended if its outcome is unknown']),
    ],
    ...undoOf(entry, around, change, places, plan),
  };
}

const marks = { create: '+', change: '~', delete: '-' } as const;

/** Returns what a write may do, as far as the kind of its connection knows. */
function changeOf(node: PlannedRequest, plan: Plan): Change | 'nothing' | undefined {
  if (node.request.type !== 'http') return undefined;
  const dialect = dialectFor(node.request, plan);
  return dialect.leavesNothing(node.request) ? 'nothing' : dialect.changes(node.request);
}

function conditionsOf(node: PlannedNode, plan: Plan): string[] {
  if (node.kind === 'skipped') return [];
  return (readable(node, plan, 'short').when ?? []).map(conditionText);
}

function undoOf(
  { node, section, undoes }: Write,
  around: Around,
  change: ReturnType<typeof changeOf>,
  places: ReadonlyMap<string, Visited>,
  plan: Plan,
): Pick<WriteLine, 'undone' | 'isLeft'> {
  const said = (undone: string) => ({ undone, isLeft: false });
  const numberOf = (id: string) => places.get(id)?.node.number ?? id;
  if (section === 'rollback') return said(undoes === wholeRunbook ? 'the whole run' : numberOf(undoes ?? ''));
  if (change === 'nothing') return said('nothing to undo');
  if (node.keep !== undefined) return said('kept on purpose');
  // Nothing that cleans up is rolled back itself.
  if (section === 'always') return said('it cleans up');
  const own = writesIn(node.rollback ?? []);
  const rollbacks = [
    ...((node.rollback ?? []).length > 0
      ? [own.length === 1 ? (own[0]?.number ?? '') : `rollback of ${node.number}`]
      : []),
    ...around.flatMap(({ node: outer }) =>
      outer.kind === 'block' && (outer.rollback ?? []).length > 0 ? [`rollback of ${outer.number}`] : [],
    ),
    ...(plan.rollback.length > 0 ? ['rollback of the whole run'] : []),
  ];
  if (node.undone_by !== undefined) {
    const by = numberOf(node.undone_by);
    return said(rollbacks.length > 0 ? `${by}, else ${rollbacks.join(', ')}` : by);
  }
  return rollbacks.length > 0 ? said(rollbacks.join(', ')) : { undone: 'NOTHING', isLeft: true };
}

function writesIn(nodes: readonly PlannedNode[]): PlannedRequest[] {
  return nodes.flatMap(nodesRunBy).filter(isWrite);
}

function questionOf(node: PlannedNode, plan: Plan): Question[] {
  if (node.kind === 'skipped' || (node.confirm === undefined && !node.disruptive)) return [];
  const { id, number, title } = readable(node, plan, 'short');
  const windows = plan.environment.maintenance_windows ?? [];
  return [
    {
      id,
      number,
      title,
      disruptive: node.disruptive === true,
      notes: [
        ...(node.confirm === undefined
          ? []
          : [`requires confirmation: a terminal asks, a pipeline says --confirm ${id}`]),
        ...(!node.disruptive
          ? []
          : windows.length > 0
            ? [`only in the maintenance window: ${windows.map(windowText).join('; ')}`]
            : ['at any time: the environment has no maintenance window']),
        ...conditionsOf(node, plan).map((condition) => `only if ${condition}`),
      ],
    },
  ];
}

function warningOf(planned: PlannedNode, plan: Plan): Warning[] {
  if (planned.kind !== 'note' || planned.severity !== 'warning') return [];
  const { number, note, when = [] } = readable(planned, plan, 'short');
  return [{ number, note, when: when.map(conditionText) }];
}

/** Returns how much a plan does: `34 reads, 11 writes (2 of them locks), 1 disruptive, and 1 write per item of step 3`. */
export function countsText(plan: Plan): string {
  const { calls, questions } = summaryOf(plan);
  const once = calls.filter(({ per }) => per === undefined);
  const sum = (some: readonly CallCount[], what: 'reads' | 'writes') => some.reduce((all, one) => all + one[what], 0);
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const locks = plan.locks.length;
  const disruptive = questions.filter((one) => one.disruptive).length;
  const skipped = plan.steps.flatMap(nodesRunBy).filter(({ kind }) => kind === 'skipped').length;
  const loops = new Map<string, string[]>();
  const all = calls.flatMap(({ per = [] }) => per);
  for (const loop of new Map(all.map((one) => [one.number, one])).values()) {
    const inside = calls.filter(({ per }) => per?.number === loop.number);
    const each = (['reads', 'writes'] as const).flatMap((what) =>
      sum(inside, what) > 0 ? [count(sum(inside, what), what.slice(0, -1))] : [],
    );
    const said = `${each.join(' and ')} per ${loop.each} of`;
    loops.set(said, [...(loops.get(said) ?? []), loop.number]);
  }
  return [
    count(sum(once, 'reads'), 'read'),
    `${count(sum(once, 'writes'), 'write')}${locks > 0 ? ` (${count(locks, 'lock')} among them)` : ''}`,
    ...[...loops].map(([each, of]) => `${each} ${of.length > 1 ? 'each of the steps' : 'step'} ${of.join(', ')}`),
    ...(disruptive > 0 ? [`${disruptive} disruptive`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

/** Every mark that a summary may have, and what it says. */
export const legend = {
  '+': 'may create',
  '~': 'may change',
  '-': 'may delete',
  '!': 'disruptive',
  '·': 'leaves nothing behind',
  '?': 'nothing is known of this API',
} as const;

/** Returns the marks that a summary has, each with what it says. */
export function legendOf({ writes, rollback, questions }: PlanSummary): [mark: string, says: string][] {
  const used = new Set([...writes, ...rollback].flatMap((line) => [...line.marks, ...(line.disruptive ? ['!'] : [])]));
  if (questions.some(({ disruptive }) => disruptive)) used.add('!');
  return Object.entries(legend).filter(([mark]) => used.has(mark));
}
