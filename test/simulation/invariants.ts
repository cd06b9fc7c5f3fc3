import { instanceId, patternOf, plannedAmong, type RunSummary } from '../../src/engine/index.ts';
import { nodesIn, wholeRunbook } from '../../src/plan/index.ts';
import type { Cluster, World } from '../../src/sandbox/world/state.ts';
import type { JsonObject } from '../../src/text/index.ts';
import { isDeath } from './faults.ts';
import { type Scenario, secretTexts } from './scenarios.ts';
import { falseSentences } from './sentences.ts';
import type { Ending } from './simulate.ts';

/** What has to hold at the end of every world, whatever went wrong in it. */
export function violationsOf(ending: Ending, undisturbed: World): string[] {
  return [
    ...finished(ending),
    ...survivesDeath(ending),
    ...needsNobody(ending),
    ...closedIndices(ending),
    ...writtenAhead(ending),
    ...sentOnce(ending),
    ...ends(ending, undisturbed),
    ...rollbackInReverse(ending),
    ...secrets(ending),
    ...locks(ending),
    ...falseSentences(ending),
  ];
}

function finished({ events, processes }: Ending): string[] {
  return events.at(-1)?.type === 'run-finished' ? [] : [`after ${processes} processes the run is not finished`];
}

/** Where nothing but the process dies, however often, the run is done in the end. */
function survivesDeath({ faults, isUndone, summary }: Ending): string[] {
  const hasOnlyDied = faults.sends.size === 0 && [...faults.records.values()].every(isDeath);
  if (!hasOnlyDied || isUndone || summary?.outcome === 'done') return [];
  return [`the process was killed and went on, and the run ends ${summary?.outcome}`];
}

/** A person is needed for nothing less than this, where it is all that goes wrong. */
const grave: readonly string[] = ['long-outage', 'dead-disk', 'two-signals'];

function needsNobody({ scenario, faults, isUndone, summary, events }: Ending): string[] {
  const all = [...faults.sends.values(), ...faults.records.values()];
  if (isUndone || all.length > 1 || all.some((fault) => grave.includes(fault))) return [];
  // Kibana gives copies new ids: nobody but a person can tell whether they are there, and which they are.
  if (scenario.hasNewIds) return [];
  // Where nobody has a file realm, a shard of the users that is not restored locks everybody out (docs/decisions/0011).
  if (scenario.isManaged && all.includes('failed-shard')) return [];
  // A refusal of what has to run always is final: it is named, with its call.
  const refused = summary?.cleanup_failures.every(({ step, call }) =>
    events.some((event) => event.type === 'step-finished' && event.step === step && event.phase === 'always' && call),
  );
  if (refused && summary?.in_doubt.length === 0 && all.some((fault) => fault === '401' || fault === '500')) return [];
  return summary?.outcome === 'intervention-required' ? ['one fault needs a person'] : [];
}

/** What was open is open again, or the run says which index is not. */
function closedIndices({ scenario, world, summary }: Ending): string[] {
  const said = JSON.stringify(summary ?? '');
  return Object.values(world.clusters).flatMap(({ name, indices }) =>
    Object.entries(indices)
      .filter(([index, { isOpen }]) => !isOpen && scenario.world.clusters[name]?.indices[index]?.isOpen !== false)
      .filter(([index]) => summary?.outcome !== 'intervention-required' || !said.includes(index))
      .map(([index]) => `${index} of ${name} is closed, and the run ends ${summary?.outcome} without naming it`),
  );
}

/** Each write has an intent on the disk before it is sent. Where nothing can be written, only what cleans up is sent. */
function writtenAhead({ sent }: Ending): string[] {
  return sent
    .filter(({ isIntended }) => !isIntended)
    .map(({ step, process }) => `${step} was sent by process ${process} without an intent on the disk`);
}

/** No write is sent again once it was recorded how it went, nor before an earlier one of it is known not to have arrived. */
function sentOnce({ sent, events, scenario, cuts }: Ending): string[] {
  const repeatable = repeatableSteps(scenario);
  return sent.flatMap(({ step, isLock, events: length, tookEffect }, index) => {
    if (isLock || cuts.some((cut) => cut < length)) return [];
    const before = events.slice(0, length);
    // What undoes is begun anew when somebody asks for it again.
    const from = before.findLastIndex((event) => event.type === 'run-resumed' && event.as === 'rollback') + 1;
    const own = before
      .slice(isUndoing(step, scenario) ? from : 0)
      .filter((event) => 'step' in event && event.step === step);
    const outcome = own.find(
      (event) =>
        event.type === 'step-finished' &&
        (event.outcome === 'done' || event.outcome === 'unchanged' || event.outcome === 'in-place'),
    );
    if (outcome) return [`${step} was sent again after its outcome was recorded`];
    const answered = own.find((event) => event.type === 'response' && event.as_expected === true);
    if (answered) return [`${step} was sent again after its answer was recorded`];
    // What cleans up without a record may have undone it.
    const earlier = sent.slice(0, index).findLast((one) => one.step === step && one.tookEffect);
    const isRepeated = earlier && !sent.slice(sent.indexOf(earlier), index).some((one) => one.isUnrecorded);
    if (isRepeated && tookEffect && !repeatable.has(patternOf(step)) && !isUndoing(step, scenario))
      return [`${step} took effect twice`];
    return [];
  });
}

const stepsOf = new Map<
  Scenario,
  { readonly repeatable: ReadonlySet<string>; readonly undoing: ReadonlySet<string> }
>();

/** The steps whose author says that sending them again does no harm, and those that undo others. */
function knownSteps(scenario: Scenario) {
  const known = stepsOf.get(scenario);
  if (known) return known;
  const repeatable = new Set<string>();
  const undoing = new Set<string>();
  const visit = (value: unknown, isUndo: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    const { id, retry, effect } = value as { id?: string; retry?: { attempts: number }; effect?: string };
    if (id !== undefined && isUndo) undoing.add(patternOf(id));
    if (id !== undefined && effect === 'write' && (retry?.attempts ?? 1) > 1) repeatable.add(patternOf(id));
    for (const [key, inner] of Object.entries(value)) visit(inner, isUndo || key === 'rollback');
  };
  visit(scenario.plan, false);
  stepsOf.set(scenario, { repeatable, undoing });
  return { repeatable, undoing };
}

const repeatableSteps = (scenario: Scenario) => knownSteps(scenario).repeatable;
const isUndoing = (step: string, scenario: Scenario) => knownSteps(scenario).undoing.has(patternOf(step));

/** Done: the clusters are as after a run in which nothing went wrong. Rolled back: as before. Otherwise the run says what is not. */
function ends({ scenario, world, summary }: Ending, undisturbed: World): string[] {
  switch (summary?.outcome) {
    case 'done':
      return differences('done, and the clusters are not as after an undisturbed run', world, undisturbed, scenario);
    case 'failed':
    case 'interrupted':
    case 'refused':
    case 'rolled-back':
      return differences(
        `${summary.outcome}, and the clusters are not as before, but for what is kept`,
        world,
        scenario.world,
        scenario,
        summary.kept,
      );
    case 'intervention-required': {
      const named = summary.in_doubt.length + summary.cleanup_failures.length + summary.left.length;
      return named > 0 ? [] : ['a person is needed, and the run does not say for what'];
    }
    default:
      return [];
  }
}

export function differences(
  what: string,
  world: World,
  expected: World,
  scenario: Scenario,
  kept: RunSummary['kept'] = [],
): string[] {
  return Object.keys(world.clusters).flatMap((name) => {
    const [is, was] = [world, expected].map((one) => stateOf(one.clusters[name] as Cluster, scenario));
    const keys = [...new Set([...Object.keys(is ?? {}), ...Object.keys(was ?? {})])];
    return keys
      .filter((key) => JSON.stringify(is?.[key]) !== JSON.stringify(was?.[key]))
      .filter((key) => !kept.some(({ call }) => call?.connection === name && key === keptBy(call.request)))
      .map((key) => `${what}: ${key} of ${name} is ${short(is?.[key])}, not ${short(was?.[key])}`);
  });
}

/** The part of a cluster's state that a call that is kept has written: a repository. */
function keptBy(request: string): string {
  return request.replace(/^PUT \/_snapshot\/([^/]+)$/, 'repository $1');
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not there';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** A cluster without what differs from world to world: ids, times, and the index of the locks. */
function stateOf(cluster: Cluster, { hasNewIds }: Scenario): Record<string, unknown> {
  const indices = Object.entries(cluster.indices)
    .filter(([name]) => name !== 'runbook-locks')
    .map(([name, { isOpen, aliases, documents, shards, failed }]) => {
      const all = [...documents].map(([id, document]) => [
        hasNewIds ? id.replace(/[:][^:]*$/, '') : id,
        plain(document, hasNewIds),
      ]);
      return [
        name,
        { isOpen, aliases: sorted(aliases), shards, failed, documents: all.map((one) => JSON.stringify(one)).sort() },
      ];
    });
  const repositories = Object.entries(cluster.repositories).map(([name, { type, settings }]) => [
    `repository ${name}`,
    { type, settings: sorted(settings) },
  ]);
  return { ...Object.fromEntries(indices), ...Object.fromEntries(repositories) };
}

/** Without times; the API of users takes no null, so that a name that was null is put back as an empty one. */
function plain({ updated_at: _time, references, ...document }: JsonObject, hasNewIds: boolean): unknown {
  const filled = Object.entries(document).filter(([, value]) => value !== null && value !== '');
  return sorted(
    Object.fromEntries([...filled, ...(hasNewIds || references === undefined ? [] : [['references', references]])]),
  );
}

function sorted(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Each rollback goes from the newest to the oldest, by the first intent of all that it rolls back. */
function rollbackInReverse({ events, scenario }: Ending): string[] {
  const around = new Map<string, readonly string[]>();
  for (const { node, within } of nodesIn(scenario.plan))
    around.set(node.id, [node.id, ...(around.get(within ?? '') ?? [wholeRunbook])]);
  const plannedOf = plannedAmong(around);
  const isWithin = (step: string, outer: string) => {
    const { id = '', iterations = [] } = plannedOf(step) ?? {};
    return (around.get(id) ?? []).some((one) => instanceId(one, iterations) === outer);
  };
  return events.flatMap((event, index) => {
    if (event.type !== 'rollback-started') return [];
    const intents = events
      .slice(0, index)
      .flatMap((one) => (one.type === 'write-intended' && one.purpose === 'step' ? [one.step] : []));
    const begun = event.of.map((outer) => intents.findIndex((step) => isWithin(step, outer)));
    const isReverse = begun.every((at, position) => position === 0 || at <= (begun[position - 1] ?? 0));
    return isReverse ? [] : [`the rollback is not in reverse order: ${event.of.join(', ')}`];
  });
}

function secrets({ journal, summary }: Ending): string[] {
  const text = journal + JSON.stringify(summary ?? '');
  const held = secretTexts.filter((secret) => text.includes(secret)).map((secret) => `the journal holds ${secret}`);
  // A runbook may name how a hash begins.
  return /\$2[aby]\$\d\d\$[./A-Za-z0-9]{10}/.test(text) ? [...held, 'the journal holds the hash of a password'] : held;
}

/** A run that has ended has given back its locks, or says that it has not. */
function locks({ world, summary, sent }: Ending): string[] {
  return Object.values(world.clusters).flatMap(({ name, indices }) => {
    const isLocked = indices['runbook-locks']?.documents.has('cluster') === true;
    // A process whose disk was dead has said it on the terminal only.
    const isSaid =
      sent.some(({ isLock, isUnrecorded }) => isUnrecorded && isLock) ||
      summary?.locks_left.some((left) => 'connection' in left && left.connection === name);
    return isLocked && !isSaid ? [`${name} is still locked`] : [];
  });
}
