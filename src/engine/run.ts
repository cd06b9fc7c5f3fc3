import {
  durationOf,
  evaluateValue,
  expectedOf,
  expressionOfKey,
  holds,
  inOneLine,
  type Json,
  type JsonObject,
  type PathExpression,
  pathsIn,
  resolve,
  TemplateError,
  valueAt,
} from '../language/index.ts';
import type {
  Condition,
  Plan,
  PlannedBlock,
  PlannedNode,
  PlannedRead,
  PlannedRequest,
  Request,
} from '../plan/index.ts';
import type { Event, NewEvent, Phase, Purpose, RecordedCall, RunOutcome, RunSummary, StepOutcome } from './event.ts';
import { type Answered, errorOf, factsOf, hasStatus, judge, judgeConditions, reasonOf } from './judge.ts';
import type { Answer, Ports } from './ports.ts';
import type { Redactor } from './redactor.ts';
import { instanceId, lookupAtRun, type Outputs, renderExpect, renderRequest, type Values } from './render.ts';
import { isInWindow, windowsInWords } from './window.ts';

export interface RunOptions {
  readonly id: string;
  /** The plan's id, for the record. */
  readonly planId: string;
  /** A dry run sends reads and predicts writes. */
  readonly mode: 'real' | 'dry';
  /** The values of secret inputs, by name. */
  readonly secrets: ReadonlyMap<string, Json>;
  /** Knows every secret of the process; what steps save as secret is added to it. */
  readonly redactor: Redactor;
}

/** After an ambiguous answer the effect may still be on its way: read back this often, with these pauses in between. */
const readBackPauses = [0, 1_000, 2_000, 3_000, 5_000];
const ambiguousStatuses = [408, 502, 503, 504];
const transientStatuses = [429, 502, 503, 504];
const doneWhenTimeout = 60_000;
const readAttempts = 3;

/** Where a node runs. */
interface Frame {
  readonly phase: Phase;
  readonly depth: number;
  readonly passes: readonly number[];
  readonly item?: Json;
  /** What undoes the blocks around it, the outermost first. */
  readonly undo: readonly Undo[];
}

/** Something that a rollback may have to undo. */
interface Undo {
  readonly step: string;
  readonly steps: readonly PlannedNode[];
  readonly frame: Frame;
  /** Whether a request that it undoes may have been sent. */
  isNeeded: boolean;
}

interface Finished {
  readonly outcome: StepOutcome;
  readonly reason?: string;
  readonly saved?: JsonObject;
}

/** Whether the steps after a node may run. */
type Flow = 'go-on' | 'stop';

/**
 * Runs a plan: preflight, steps, `always` of every block that was entered, and after a failure the rollback, in reverse
 * order, of everything whose request may have been sent. A pure function of the plan and its ports.
 * @returns What the `run-finished` event says. It never throws for anything that a server, network or person does.
 */
export async function run(plan: Plan, options: RunOptions, ports: Ports): Promise<RunSummary> {
  const isDry = options.mode === 'dry';
  const outputs = new Map<string, Outputs>();
  const undoStack: Undo[] = [];
  const inDoubt: string[] = [];
  const cleanupFailures: { step: string; reason: string }[] = [];
  let failure: { step: string; reason: string } | undefined;
  let wasInterrupted = false;
  let writes = 0;
  let predicted = 0;
  /** Dry run: steps whose answer would be another one after the predicted writes. */
  const undetermined = new Set<string>();
  let journalProblem: string | undefined;

  const emit = async (event: NewEvent): Promise<void> => {
    const stamped = { at: new Date(ports.now()).toISOString(), ...event } as Event;
    try {
      await ports.record(options.redactor.value(stamped));
    } catch (error) {
      // Without its record a run must not write; what cleans up goes on all the same.
      journalProblem ??= options.redactor.text(error instanceof Error ? error.message : String(error));
    }
  };

  const valuesIn = (frame: Frame): Values => ({
    run: options.id,
    secrets: options.secrets,
    outputs,
    passes: frame.passes,
    ...(frame.item === undefined ? {} : { item: frame.item }),
  });

  // —— the run as a whole

  await emit({
    type: 'run-started',
    run: options.id,
    mode: options.mode,
    plan: options.planId,
    runbook: plan.runbook.file,
    title: plan.runbook.title,
    environment: plan.environment.name,
  });
  const root: Frame = { phase: 'preflight', depth: 0, passes: [], undo: [] };
  let flow = await runNodes(plan.preflight, root);
  if (flow === 'go-on' && !isDry) flow = await checkWindows();
  if (flow === 'go-on') {
    const whole: Undo = {
      step: 'the runbook',
      steps: plan.rollback,
      frame: { ...root, phase: 'rollback' },
      isNeeded: false,
    };
    if (plan.rollback.length > 0) undoStack.push(whole);
    flow = await runNodes(plan.steps, { ...root, phase: 'steps', undo: plan.rollback.length > 0 ? [whole] : [] });
  }
  const isRolledBack = flow === 'stop' && !isDry ? await rollBack() : false;
  const summary: RunSummary = {
    outcome: outcomeOf(flow),
    ...(failure ? { failure: options.redactor.value(failure) } : {}),
    in_doubt: inDoubt,
    cleanup_failures: options.redactor.value(cleanupFailures),
    writes,
    predicted_writes: predicted,
    rolled_back: isRolledBack,
  };
  await emit({ type: 'run-finished', ...summary });
  return summary;

  function outcomeOf(end: Flow): RunOutcome {
    if (inDoubt.length > 0 || cleanupFailures.length > 0) return 'needs-a-person';
    if (end === 'go-on') return 'done';
    if (wasInterrupted) return 'interrupted';
    return writes === 0 ? 'refused' : 'failed';
  }

  async function checkWindows(): Promise<Flow> {
    const windows = plan.environment.maintenance_windows;
    const disruptive = firstDisruptive(plan.steps);
    if (!disruptive || isInWindow(windows, ports.now())) return 'go-on';
    return fail(disruptive.id, outsideWindow());
  }

  function outsideWindow(): string {
    return `this step is disruptive, and now is outside the maintenance windows of ${plan.environment.name} (${windowsInWords(plan.environment.maintenance_windows ?? [])})`;
  }

  function fail(step: string, reason: string): Flow {
    failure ??= { step, reason };
    return 'stop';
  }

  async function rollBack(): Promise<boolean> {
    const needed = undoStack.filter((undo) => undo.isNeeded).reverse();
    if (needed.length === 0) return false;
    await emit({ type: 'rollback-started', of: needed.map((undo) => undo.step) });
    const before = cleanupFailures.length;
    for (const undo of needed) {
      if (ports.interruption() === 'stop-without-rollback') {
        cleanupFailures.push({ step: undo.step, reason: 'its rollback was skipped: the run was interrupted twice' });
      } else {
        await runNodes(undo.steps, undo.frame);
      }
    }
    const isClean = cleanupFailures.length === before;
    await emit({ type: 'rollback-finished', clean: isClean });
    return isClean;
  }

  // —— nodes

  async function runNodes(nodes: readonly PlannedNode[], frame: Frame): Promise<Flow> {
    for (const node of nodes) {
      if ((await runNode(node, frame)) === 'stop') return 'stop';
    }
    return 'go-on';
  }

  async function runNode(node: PlannedNode, frame: Frame): Promise<Flow> {
    const id = instanceId(node.id, frame.passes);
    if (node.kind === 'skipped') return finish(node, frame, id, { outcome: 'skipped', reason: node.reason });
    if (isStopping(frame)) return interrupt();
    let reason: string | undefined;
    try {
      reason = unmetCondition(node.when ?? [], frame);
    } catch (error) {
      return finish(node, frame, id, failedOn(error));
    }
    if (reason !== undefined) return finish(node, frame, id, { outcome: 'skipped', reason });
    if (!isDry) {
      const refusal = await refusalOf(node, id);
      // Ctrl-C at the question is no answer to it.
      if (isStopping(frame)) return interrupt();
      if (refusal !== undefined) return finish(node, frame, id, { outcome: 'failed', reason: refusal });
    }
    await emit({
      type: 'step-started',
      step: id,
      number: node.number,
      title: titleOf(node, frame),
      phase: frame.phase,
      kind: node.kind,
      depth: frame.depth,
      place: node.at,
    });
    if (node.kind === 'block')
      return runBlock(node, frame, id).catch((error: unknown) => finish(node, frame, id, failedOn(error)));
    const undo = undoFor(node, frame, id);
    const finished = await runRequest(node, frame, id, undo).catch((error: unknown) => failedOn(error));
    return finish(node, frame, id, finished);
  }

  /** Only what belongs to the operation itself stops for a signal: what cleans up goes on. */
  function isStopping(frame: Frame): boolean {
    if (frame.phase === 'always') return false;
    if (frame.phase === 'rollback') return ports.interruption() === 'stop-without-rollback';
    return ports.interruption() !== 'none';
  }

  async function interrupt(): Promise<Flow> {
    if (!wasInterrupted) await emit({ type: 'interrupted' });
    wasInterrupted = true;
    return 'stop';
  }

  function unmetCondition(conditions: readonly Condition[], frame: Frame): string | undefined {
    const lookup = lookupAtRun(valuesIn(frame), 'condition');
    for (const { subject, expect } of conditions) {
      const expression = expressionOfKey(subject);
      // In a dry run, what a step behind a predicted write would have saved is not known: the step is shown, not skipped.
      if (pathsIn(expression).some((path) => isUndetermined(path, frame))) continue;
      const resolved = resolve(expression, lookup);
      const expectation = evaluateValue(expect, lookup);
      const actual = resolved.kind === 'literal' ? resolved.value : null;
      if (!holds(actual, expectation))
        return `${subject} is ${inOneLine(actual, 80)}, needed: ${expectedOf(expectation)}`;
    }
    return undefined;
  }

  function isUndetermined({ root, segments }: PathExpression, frame: Frame): boolean {
    return root === 'steps' && undetermined.has(instanceId(segments[0] ?? '', frame.passes));
  }

  /** Why a step that needs a window or a person may not run; undefined where it may. */
  async function refusalOf(node: PlannedRequest | PlannedBlock, id: string): Promise<string | undefined> {
    if (node.disruptive && !isInWindow(plan.environment.maintenance_windows, ports.now())) return outsideWindow();
    if (node.confirm === undefined) return undefined;
    const isConfirmed = await ports.confirm({ step: id, question: node.confirm });
    await emit({ type: 'confirmation', step: id, question: node.confirm, confirmed: isConfirmed });
    return isConfirmed ? undefined : `it was not confirmed: ${node.confirm}`;
  }

  /** The title with what the run knows by now; as it was planned where something in it is not known. */
  function titleOf(node: PlannedNode, frame: Frame): string {
    if (node.kind === 'skipped') return node.title;
    try {
      return String(evaluateValue(node.title, lookupAtRun(valuesIn(frame), 'shown')));
    } catch {
      return node.title;
    }
  }

  async function ended(node: PlannedNode, frame: Frame, id: string, finished: Finished): Promise<void> {
    const kind = node.kind === 'block' ? 'block' : 'request';
    await emit({
      type: 'step-finished',
      step: id,
      number: node.number,
      title: titleOf(node, frame),
      phase: frame.phase,
      kind,
      depth: frame.depth,
      place: node.at,
      ...finished,
    });
  }

  async function finish(node: PlannedNode, frame: Frame, id: string, finished: Finished): Promise<Flow> {
    await ended(node, frame, id, finished);
    const reason = finished.reason ?? finished.outcome;
    switch (finished.outcome) {
      case 'depends':
        undetermined.add(id);
        return 'go-on';
      case 'interrupted':
        return interrupt();
      case 'in-doubt':
        inDoubt.push(id);
        fail(id, reason);
        // Each step of `always` is tried, whatever became of the one before.
        return frame.phase === 'always' ? 'go-on' : 'stop';
      case 'failed':
        if (frame.phase === 'always' || frame.phase === 'rollback') {
          cleanupFailures.push({ step: id, reason });
          // A rollback's steps build on each other.
          return frame.phase === 'always' ? 'go-on' : 'stop';
        }
        return fail(id, reason);
      default:
        return 'go-on';
    }
  }

  // —— blocks

  async function runBlock(node: PlannedBlock, frame: Frame, id: string): Promise<Flow> {
    const done = (finished: Finished) => finish(node, frame, id, finished);
    if (node.done_when) {
      const effect = await effectOf(node.done_when, frame, id);
      if (effect.state === 'there') return done({ outcome: 'unchanged' });
      if (effect.state === 'unknown' && !isDry) return done({ outcome: 'failed', reason: effect.reason });
    }
    const undo = undoFor(node, frame, id);
    const within: Frame = { ...frame, depth: frame.depth + 1, undo: undo ? [...frame.undo, undo] : frame.undo };
    const failuresBefore = cleanupFailures.length;
    let flow: Flow;
    try {
      flow =
        node.for_each === undefined ? await runNodes(node.steps, within) : await runPasses(node, node.for_each, within);
    } finally {
      if (node.always) await runNodes(node.always, { ...within, phase: 'always' });
    }
    if (
      cleanupFailures.length > failuresBefore &&
      frame.phase !== 'rollback' &&
      frame.phase !== 'always' &&
      flow === 'go-on'
    ) {
      const first = cleanupFailures[failuresBefore];
      flow = fail(first?.step ?? id, first?.reason ?? 'its always failed');
    }
    const outcome: StepOutcome = flow === 'go-on' ? 'done' : wasInterrupted && !failure ? 'interrupted' : 'failed';
    // The step inside has said why, and what follows from it.
    await ended(node, frame, id, { outcome });
    return flow;
  }

  async function runPasses(node: PlannedBlock, list: Json, frame: Frame): Promise<Flow> {
    const items = evaluateValue(list, lookupAtRun(valuesIn(frame), 'sent'));
    if (!Array.isArray(items)) throw new TemplateError(`for_each needs a list, found ${inOneLine(items)}`);
    let flow: Flow = 'go-on';
    let pass = 0;
    for (const item of items as readonly Json[]) {
      pass++;
      flow = await runNodes(node.steps, { ...frame, passes: [...frame.passes, pass], item });
      if (flow === 'stop') break;
    }
    gather(node.steps, frame.passes, pass);
    return flow;
  }

  /** What each pass saved becomes one list per name, under the id without the pass. */
  function gather(nodes: readonly PlannedNode[], passes: readonly number[], count: number): void {
    for (const node of nodes) {
      if (node.kind === 'block') gather([...node.steps, ...(node.always ?? [])], passes, count);
      if (node.kind !== 'request' || !node.save) continue;
      const lists: Outputs = new Map();
      for (const [name, { secret }] of Object.entries(node.save)) {
        const values = Array.from(
          { length: count },
          (_, index) => outputs.get(instanceId(node.id, [...passes, index + 1]))?.get(name)?.value,
        );
        lists.set(name, { value: values.filter((value) => value !== undefined), isSecret: secret === true });
      }
      outputs.set(instanceId(node.id, passes).replace('#*', ''), lists);
    }
  }

  // —— undoing

  function undoFor(node: PlannedRequest | PlannedBlock, frame: Frame, id: string): Undo | undefined {
    if (!node.rollback || frame.phase !== 'steps') return undefined;
    const undo: Undo = {
      step: id,
      steps: node.rollback,
      frame: { ...frame, phase: 'rollback', depth: 0 },
      isNeeded: false,
    };
    undoStack.push(undo);
    return undo;
  }

  function mayHaveBeenSent(frame: Frame, undo: Undo | undefined): void {
    // What `always` and a rollback send cleans up; it is nothing to undo.
    if (frame.phase !== 'steps') return;
    for (const one of undo ? [...frame.undo, undo] : frame.undo) one.isNeeded = true;
  }

  // —— requests

  async function runRequest(node: PlannedRequest, frame: Frame, id: string, undo: Undo | undefined): Promise<Finished> {
    if (isDry && node.effect === 'write') return predict(node, frame, id);
    try {
      return node.effect === 'read' ? await runRead(node, frame, id) : await runWrite(node, frame, id, undo);
    } catch (error) {
      if (isDry && predicted > 0 && error instanceof TemplateError)
        return { outcome: 'depends', reason: error.message };
      throw error;
    }
  }

  async function predict(node: PlannedRequest, frame: Frame, id: string): Promise<Finished> {
    let finished: Finished = { outcome: 'would-send' };
    try {
      render(node.request, frame);
      if (node.done_when) {
        const effect = await effectOf(node.done_when, frame, id);
        if (effect.state === 'there') return { outcome: 'unchanged' };
        if (effect.state === 'unknown')
          finished = { outcome: 'would-send', reason: `whether it is there already is unknown: ${effect.reason}` };
      }
    } catch (error) {
      if (!(error instanceof TemplateError) || predicted === 0) throw error;
      finished = { outcome: 'would-send', reason: `what exactly depends on earlier steps: ${error.message}` };
    }
    predicted++;
    return finished;
  }

  async function runRead(node: PlannedRequest, frame: Frame, id: string): Promise<Finished> {
    const rendered = render(node.request, frame);
    const expect = renderExpect(node.expect, lookupAtRun(valuesIn(frame), 'sent'));
    const outcome = node.until
      ? await poll(node, node.until, rendered, expect, frame, id)
      : await sendRead(rendered, expect, node.retry, node.timeout_ms, id, 'step', frame);
    if ('finished' in outcome) return outcome.finished;
    if (outcome.kind === 'failure') return dependent({ outcome: 'failed', reason: outcome.reason });
    const assertions = judge(expect, outcome);
    for (const assertion of assertions) await emit({ type: 'asserted', step: id, ...assertion });
    const reason = reasonOf(assertions, outcome);
    if (reason !== undefined) return dependent({ outcome: 'failed', reason }, factsOf(assertions));
    return { outcome: 'done', ...save(node, outcome, id) };
  }

  /** In a dry run, a read behind a predicted write sees the world without that write. */
  function dependent(finished: Finished, facts = finished.reason): Finished {
    return isDry && predicted > 0
      ? { outcome: 'depends', ...(facts === undefined ? {} : { reason: `now ${facts}` }) }
      : finished;
  }

  async function poll(
    node: PlannedRequest,
    until: readonly Condition[],
    rendered: Rendered,
    expect: PlannedRequest['expect'],
    frame: Frame,
    id: string,
  ): Promise<Answered | Extract<Answer, { kind: 'failure' }> | { finished: Finished }> {
    const lookup = lookupAtRun(valuesIn(frame), 'sent');
    const conditions = until.map(({ subject, expect: expectation }) => ({
      subject,
      expect: evaluateValue(expectation, lookup),
    }));
    const deadline = ports.now() + node.timeout_ms;
    const every = node.every_ms ?? 0;
    for (;;) {
      const remaining = Math.max(1, deadline - ports.now());
      const answer = await sendRead(
        rendered,
        expect,
        node.retry,
        Math.min(remaining, doneWhenTimeout),
        id,
        'step',
        frame,
      );
      if (answer.kind === 'failure' || !hasStatus(expect, answer.status)) return answer;
      const unmet = judgeConditions(conditions, answer.body).filter((assertion) => !assertion.holds);
      if (unmet.length === 0) return answer;
      const facts = unmet
        .map(({ subject, seen, expected }) => `${subject} is ${inOneLine(seen)}, waiting for ${expected}`)
        .join('; ');
      if (isDry) return { finished: dependent({ outcome: 'failed', reason: facts }) };
      if (isStopping(frame)) return { finished: { outcome: 'interrupted', reason: facts } };
      if (ports.now() + every > deadline) {
        return { finished: { outcome: 'failed', reason: `timed out after ${durationOf(node.timeout_ms)}: ${facts}` } };
      }
      await emit({ type: 'waiting', step: id, reason: facts, ms: every });
      await ports.sleep(every);
      if (isStopping(frame)) return { finished: { outcome: 'interrupted', reason: facts } };
    }
  }

  async function runWrite(node: PlannedRequest, frame: Frame, id: string, undo: Undo | undefined): Promise<Finished> {
    const rendered = render(node.request, frame);
    const expect = renderExpect(node.expect, lookupAtRun(valuesIn(frame), 'sent'));
    if (node.done_when) {
      const effect = await effectOf(node.done_when, frame, id);
      if (effect.state === 'there') return { outcome: 'unchanged' };
      if (effect.state === 'unknown') {
        return {
          outcome: 'failed',
          reason: `not sent: whether its effect is there already cannot be told: ${effect.reason}`,
        };
      }
      if (isStopping(frame)) return { outcome: 'interrupted' };
    }
    for (let attempt = 1; ; attempt++) {
      const finished = await writeOnce(node, rendered, expect, frame, id, undo, attempt);
      if (!finished.mayRetry || attempt >= node.retry.attempts || isStopping(frame)) return finished.finished;
      await wait(id, finished.finished.reason ?? 'failed', node.retry.delay_ms * 2 ** (attempt - 1));
    }
  }

  async function writeOnce(
    node: PlannedRequest,
    rendered: Rendered,
    expect: PlannedRequest['expect'],
    frame: Frame,
    id: string,
    undo: Undo | undefined,
    attempt: number,
  ): Promise<{ finished: Finished; mayRetry: boolean }> {
    const isCleanup = frame.phase === 'always' || frame.phase === 'rollback';
    await emit({ type: 'write-intended', step: id, attempt, call: recorded(rendered, 'write', id, 'step') });
    if (journalProblem !== undefined && !isCleanup) {
      return {
        finished: { outcome: 'failed', reason: `not sent: the journal cannot be written (${journalProblem})` },
        mayRetry: false,
      };
    }
    writes++;
    const answer = await send(rendered, 'write', node.timeout_ms, id, 'step');
    if (answer.kind === 'failure' && answer.sent === 'no') {
      writes--;
      return { finished: { outcome: 'failed', reason: `not sent: ${answer.reason}` }, mayRetry: true };
    }
    const isAmbiguous =
      answer.kind === 'failure' || (ambiguousStatuses.includes(answer.status) && !hasStatus(expect, answer.status));
    if (isAmbiguous) {
      mayHaveBeenSent(frame, undo);
      const said = answer.kind === 'failure' ? answer.reason : `status ${answer.status}${saidBy(answer)}`;
      return readBack(node, frame, id, said);
    }
    const isRefused = answer.status >= 400 && answer.status < 500;
    if (!isRefused) mayHaveBeenSent(frame, undo);
    const assertions = judge(expect, answer);
    for (const assertion of assertions) await emit({ type: 'asserted', step: id, ...assertion });
    const reason = reasonOf(assertions, answer);
    if (reason !== undefined)
      return { finished: { outcome: 'failed', reason }, mayRetry: answer.status >= 500 || answer.status === 429 };
    return { finished: { outcome: 'done', ...save(node, answer, id) }, mayRetry: false };
  }

  /** Nobody knows whether the write took effect: its `done_when` tells, or it stays in doubt. */
  async function readBack(
    node: PlannedRequest,
    frame: Frame,
    id: string,
    said: string,
  ): Promise<{ finished: Finished; mayRetry: boolean }> {
    if (!node.done_when) {
      return {
        finished: {
          outcome: 'in-doubt',
          reason: `${said}; it may have taken effect, and the step has no done_when that could tell. Look at the server before you run this again.`,
        },
        mayRetry: false,
      };
    }
    let effect: Effect = { state: 'unknown', reason: said };
    for (const pause of readBackPauses) {
      if (pause > 0) await wait(id, `${said}; reading back whether it took effect`, pause);
      effect = await effectOf(node.done_when, frame, id);
      if (effect.state === 'there')
        return { finished: { outcome: 'done', reason: `${said}; read back: it took effect` }, mayRetry: false };
    }
    if (effect.state === 'unknown')
      return {
        finished: { outcome: 'in-doubt', reason: `${said}; reading back did not tell: ${effect.reason}` },
        mayRetry: false,
      };
    return {
      finished: { outcome: 'failed', reason: `${said}; read back: it did not take effect (${effect.reason})` },
      mayRetry: true,
    };
  }

  async function wait(id: string, reason: string, ms: number): Promise<void> {
    await emit({ type: 'waiting', step: id, reason, ms });
    await ports.sleep(ms);
  }

  // —— is the effect there

  type Effect = { readonly state: 'there' } | { readonly state: 'not-there' | 'unknown'; readonly reason: string };

  async function effectOf(read: PlannedRead, frame: Frame, id: string): Promise<Effect> {
    let effect: Effect;
    try {
      const rendered = render(read.request, frame);
      const expect = renderExpect(read.expect, lookupAtRun(valuesIn(frame), 'sent'));
      const answer = await sendRead(
        rendered,
        expect,
        { attempts: readAttempts, delay_ms: 1_000 },
        doneWhenTimeout,
        id,
        'done_when',
        frame,
      );
      effect = answer.kind === 'failure' ? { state: 'unknown', reason: answer.reason } : effectIn(expect, answer);
    } catch (error) {
      if (!(error instanceof TemplateError) || !isDry) throw error;
      effect = { state: 'unknown', reason: error.message };
    }
    await emit({
      type: 'effect-checked',
      step: id,
      effect: effect.state,
      ...('reason' in effect ? { reason: effect.reason } : {}),
    });
    return effect;
  }

  function effectIn(expect: PlannedRead['expect'], answer: Answered): Effect {
    const reason = reasonOf(judge(expect, answer), answer);
    if (reason === undefined) return { state: 'there' };
    // 404 is the usual word for "not there". Any other unexpected status says nothing about the effect.
    const tells =
      hasStatus(expect, answer.status) || answer.status === 404 || (answer.status >= 200 && answer.status < 300);
    return { state: tells ? 'not-there' : 'unknown', reason };
  }

  // —— sending

  interface Rendered {
    readonly sent: Request;
    readonly shown: Request;
  }

  function render(request: Request, frame: Frame): Rendered {
    const values = valuesIn(frame);
    const sent = renderRequest(request, lookupAtRun(values, 'sent'));
    return { sent, shown: renderRequest(request, lookupAtRun(values, 'shown')) };
  }

  /** A read may be sent again: it changes nothing. */
  async function sendRead(
    rendered: Rendered,
    expect: PlannedRead['expect'],
    retry: PlannedRequest['retry'],
    timeout: number,
    id: string,
    purpose: Purpose,
    frame: Frame,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await send(rendered, 'read', timeout, id, purpose);
      const isTransient =
        answer.kind === 'failure' || (transientStatuses.includes(answer.status) && !hasStatus(expect, answer.status));
      if (!isTransient || attempt >= retry.attempts || isStopping(frame)) return answer;
      const reason = answer.kind === 'failure' ? answer.reason : `status ${answer.status}${saidBy(answer)}`;
      await wait(id, reason, retry.delay_ms * 2 ** (attempt - 1));
    }
  }

  async function send(
    rendered: Rendered,
    effect: 'read' | 'write',
    timeout: number,
    id: string,
    purpose: Purpose,
  ): Promise<Answer> {
    const call = recorded(rendered, effect, id, purpose);
    const started = ports.now();
    let answer: Answer;
    try {
      answer = await ports.send({ effect, request: rendered.sent, timeout_ms: timeout, opaque_id: call.opaque_id });
    } catch (error) {
      // A bug in a connection must not skip what cleans up.
      answer = {
        kind: 'failure',
        sent: 'maybe',
        reason: `the connection failed: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    const duration_ms = ports.now() - started;
    if (answer.kind === 'failure') {
      await emit({
        type: 'call-failed',
        step: id,
        purpose,
        call,
        sent: answer.sent,
        reason: answer.reason,
        duration_ms,
      });
    } else {
      const error = answer.status >= 400 ? errorOf(answer.body) : undefined;
      await emit({
        type: 'call-answered',
        step: id,
        purpose,
        call,
        status: answer.status,
        duration_ms,
        warnings: answer.warnings,
        ...(error ? { error } : {}),
      });
    }
    return answer;
  }

  function recorded({ shown }: Rendered, effect: 'read' | 'write', id: string, purpose: Purpose): RecordedCall {
    const opaque_id = `runbook/${options.id}/${id}${purpose === 'done_when' ? '/done_when' : ''}`;
    const who = {
      connection: shown.connection,
      ...('identity' in shown && shown.identity !== undefined ? { identity: shown.identity } : {}),
    };
    if (shown.type === 'oss')
      return { ...who, effect, request: `oss ${shown.operation} ${shown.key ?? shown.prefix ?? ''}`.trim(), opaque_id };
    return {
      ...who,
      effect,
      request: `${shown.method} ${shown.path}`,
      ...(shown.query === undefined ? {} : { query: shown.query }),
      ...(shown.body === undefined ? {} : { body: shown.body }),
      opaque_id,
    };
  }

  function save(node: PlannedRequest, answer: Answered, id: string): { saved?: JsonObject } {
    if (!node.save) return {};
    const values: Outputs = new Map();
    for (const [name, { path, secret }] of Object.entries(node.save)) {
      const value = valueAt(answer.body, path);
      if (value === undefined) continue;
      if (secret) options.redactor.add(value);
      values.set(name, { value, isSecret: secret === true });
    }
    outputs.set(id, values);
    return {
      saved: Object.fromEntries(
        [...values].filter(([, { isSecret }]) => !isSecret).map(([name, { value }]) => [name, value]),
      ),
    };
  }
}

function saidBy(answer: Answered): string {
  const error = errorOf(answer.body);
  return error ? ` (${error.type}: ${error.reason})` : '';
}

function failedOn(error: unknown): Finished {
  if (error instanceof TemplateError) return { outcome: 'failed', reason: error.message };
  // A bug: it ends this step like any other failure, so that what cleans up still runs.
  return {
    outcome: 'failed',
    reason: `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  };
}

function firstDisruptive(nodes: readonly PlannedNode[]): PlannedNode | undefined {
  for (const node of nodes) {
    if (node.kind === 'skipped') continue;
    if (node.disruptive) return node;
    const inner = node.kind === 'block' ? firstDisruptive(node.steps) : undefined;
    if (inner) return inner;
  }
  return undefined;
}
