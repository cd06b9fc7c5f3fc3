import { patternOf, type StepOutcome } from '../engine/index.ts';
import { nodesIn, type Plan, type PlannedNode, type Section, type Visited } from '../plan/index.ts';
import { unreachedText } from './outline.ts';
import { outcomeText } from './run-lines.ts';
import { isBad, type ReportedStep, type RunReport } from './run-report.ts';

/** A step of a plan in a run, with what it became; the same step in each iteration of a loop is one entry. */
export interface Entry {
  /** As the plan has it; of a step in a loop `users#*`. */
  readonly id: string;
  /** `3.1`; of a step in a loop `3.*`. */
  readonly number: string;
  readonly title: string;
  /** Of a step in a loop over a list that is known while planning, the first one. */
  readonly node: PlannedNode;
  /** How many of them are in the plan: more than one where planning knew the list. */
  readonly planned: number;
  readonly section: Section;
  /** How many blocks are around it. */
  readonly depth: number;
  /** The entry of the block that it is in. */
  readonly within?: string;
  /** The step or block that it rolls back, or the whole runbook. */
  readonly undoes?: string;
  readonly isInLoop: boolean;
  /** Of what a loop repeats, where the loop is shown with it: its block. */
  readonly loop?: PlannedNode;
  /** What ran, in the order in which it began; a rollback that was tried again stands here twice. */
  readonly iterations: readonly ReportedStep[];
  /** Planned, and not begun. */
  readonly unreached: readonly PlannedNode[];
}

/** The parts of a plan that a successful run does not need. */
export function isForFailures(section: Section): boolean {
  return section === 'rollback' || section === 'evidence';
}

/** Returns the steps of a run in the order of its plan, folded over the iterations of its loops. */
export function entriesOf(plan: Plan, report: Pick<RunReport, 'steps'>): Entry[] {
  const byId = new Map<string, Visited[]>();
  for (const visited of nodesIn(plan)) append(byId, patternOf(visited.node.id), visited);
  const ran = new Map<string, ReportedStep[]>();
  for (const step of report.steps) append(ran, patternOf(step.step), step);
  return [...byId].map(([id, all]) => {
    const [first] = all as [Visited];
    const { node, section, depth, within, undoes } = first;
    const iterations = ran.get(id) ?? [];
    const begun = new Set(iterations.map(({ step }) => step));
    const isKnown = !node.id.includes('#*');
    return {
      ...{ id, node, planned: all.length, section, depth, iterations },
      number: numberOf(all),
      title: titleOf(all, iterations),
      ...(within === undefined ? {} : { within: patternOf(within) }),
      ...(undoes === undefined ? {} : { undoes: patternOf(undoes) }),
      isInLoop: id.includes('#*'),
      unreached: isKnown
        ? all.map((one) => one.node).filter((one) => !begun.has(one.id))
        : iterations.length > 0
          ? []
          : [node],
    };
  });
}

/**
 * Returns the same for a reader: a loop and what it repeats are one entry, which has the loop's name and what became of its
 * iterations.
 */
export function foldedEntriesOf(plan: Plan, report: Pick<RunReport, 'steps'>): Entry[] {
  const entries = entriesOf(plan, report);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const loops = new Map<string, Entry>();
  for (const entry of entries) {
    const loop = byId.get(entry.within ?? '');
    if (!loop || entry.iterations.length === 0 || isForFailures(entry.section)) continue;
    if (levelsOf(entry.id) > levelsOf(loop.id)) loops.set(loop.id, entry);
  }
  const repeated = new Map([...loops].map(([id, { id: inner }]) => [inner, byId.get(id)]));
  return entries.flatMap((entry): Entry[] => {
    if (loops.has(entry.id)) return [];
    const loop = repeated.get(entry.id);
    if (!loop) return [entry];
    const { id, number, title, node, depth, section } = loop;
    return [{ ...entry, id, number, title, depth, section, loop: node }];
  });
}

/** How many loops are around a step. */
function levelsOf(id: string): number {
  return id.split('#*').length - 1;
}

/** Returns the steps of a run by the id that the plan has for them: `copy#*` gives each iteration. */
export function iterationsIn({ steps }: Pick<RunReport, 'steps'>): (id: string) => readonly ReportedStep[] {
  const exactly = new Map<string, ReportedStep[]>();
  const ran = new Map<string, ReportedStep[]>();
  for (const step of steps) {
    append(exactly, step.step, step);
    append(ran, patternOf(step.step), step);
  }
  return (id) => {
    if (!id.includes('#*')) return exactly.get(id) ?? [];
    const all = ran.get(patternOf(id)) ?? [];
    if (patternOf(id) === id && !/#\d/.test(id)) return all;
    // A loop that planning has unrolled around one that it has not.
    const pattern = new RegExp(`^${id.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll('#\\*', '#\\d+')}$`);
    return all.filter(({ step }) => pattern.test(step));
  };
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function numberOf(all: readonly Visited[]): string {
  const [first = [], last = []] = [all[0], all.at(-1)].map((one) => one?.node.number.split('.') ?? []);
  return first.map((part, index) => (part === last[index] ? part : '*')).join('.');
}

function titleOf(all: readonly Visited[], iterations: readonly ReportedStep[]): string {
  const [only] = iterations;
  if (only && iterations.length === 1 && all.length === 1) return only.title;
  const [first = '', last = ''] = [all[0], all.at(-1)].map((one) => one?.node.title);
  return first === last ? first : `${first} … ${last}`;
}

/** How steps have ended in words that a number stands before, those first that a reader looks for first. */
const counted: readonly (readonly [outcome: StepOutcome | undefined, words: string])[] = [
  ['done', 'done'],
  ['failed', 'failed'],
  ['in-doubt', 'of unknown outcome'],
  ['interrupted', 'interrupted'],
  [undefined, 'not ended'],
  ['unchanged', 'unchanged'],
  ['in-place', 'already in place, content not compared'],
  ['skipped', 'skipped'],
  ['would-change', 'would change'],
  ['depends', 'may depend on an earlier write'],
];

/** Returns how the iterations of a step have ended: `1,998 done, 1 failed, 1 unchanged`. */
export function countsText({ iterations, unreached, section }: Entry): string {
  const counts = new Map<ReportedStep['outcome'], number>();
  for (const { outcome } of latestOf(iterations)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const parts = counted.flatMap(([outcome, words]) => {
    const count = counts.get(outcome);
    return count === undefined ? [] : [`${numberText(count)} ${words}`];
  });
  if (unreached.length > 0 && !isForFailures(section)) parts.push(`${numberText(unreached.length)} not reached`);
  return parts.join(', ');
}

/** Returns each step once: of a rollback that was tried again, the last attempt. */
export function latestOf(steps: readonly ReportedStep[]): ReportedStep[] {
  return [...new Map(steps.map((step) => [step.step, step])).values()];
}

/** Returns the iterations that somebody has to look at, and the others. */
export function partsOf({ iterations }: Entry): { readonly bad: ReportedStep[]; readonly good: ReportedStep[] } {
  const bad = iterations.filter(isWrong);
  const wrong = new Set(bad);
  return { bad, good: iterations.filter((step) => !wrong.has(step)) };
}

/** Returns whether a step has to be looked at: it has not ended well, or not at all. */
export function isWrong({ outcome, assertions }: ReportedStep): boolean {
  return isBad(outcome) || assertions.some(({ passed }) => !passed);
}

/** A count for people: `1,998`. */
export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Returns what became of a step, in words: of a loop, how many of its iterations have ended in which way. */
export function becameText(
  entry: Entry,
  report: RunReport,
  predictions: (number: string) => readonly string[],
): string {
  const { iterations, node, section, isInLoop } = entry;
  if (isInLoop && iterations.length > 0) return countsText(entry);
  if (report.mode === 'dry')
    return predictions(node.number).join('; ') || (isForFailures(section) ? '' : unreachedText(node));
  if (iterations.length === 0) return isForFailures(section) ? '' : unreachedText(node);
  const words = iterations.map(({ outcome, message }) =>
    message === undefined ? outcomeText(outcome) : `${outcomeText(outcome)}: ${message}`,
  );
  return [...new Set(words)].join('; ');
}
