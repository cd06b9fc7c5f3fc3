import { TemplateError } from '../language/index.ts';
import {
  type Condition,
  mapConditions,
  mapNode,
  nodesOf,
  type Plan,
  type PlannedExpect,
  type PlannedMeasure,
  type PlannedNode,
  type PlannedProgress,
  type PlannedRead,
  type WhenCondition,
} from '../plan/index.ts';
import type { Json } from '../text/index.ts';
import { isOpen, unmetCondition } from './admission.ts';
import type { Event, Note } from './event.ts';
import { createFindings } from './findings.ts';
import { runNodes } from './node.ts';
import type { Ports } from './ports.ts';
import { createRecorder } from './recorder.ts';
import { instanceId, renderText, shownRequest, shownValue } from './render.ts';
import { neededRollbacks } from './rollback.ts';
import { type Recorded, replayed } from './run.ts';
import { contextOf, type Frame, type Session, type Undo, valuesIn } from './session.ts';

/** A rollback before anybody has agreed to it. */
export interface RollbackPreview {
  /** What is rolled back. */
  readonly step: string;
  /** The calls as they will be sent, with what the run has saved. What only the rollback itself will know is a reference. */
  readonly steps: readonly PlannedNode[];
  /** What the reads before its first write say now: they are sent for the preview. */
  readonly looks: readonly Extract<Event, { type: 'response' | 'no-response' }>[];
  /** What the notes before its first write say now. */
  readonly notes: readonly Note[];
}

/**
 * Returns what rolls back a recorded run, the newest first. Sends the reads that come before the first write of each rollback,
 * and nothing else.
 * @param ports `send` need not let out anything but reads.
 */
export async function previewRollback(
  plan: Plan,
  recorded: Recorded,
  ports: Pick<Ports, 'send' | 'now' | 'monotonic'>,
): Promise<RollbackPreview[]> {
  const session = await replayed(plan, recorded);
  const previews: RollbackPreview[] = [];
  for (const undo of neededRollbacks(session)) previews.push(await previewOf(undo, session, ports));
  return recorded.redactor.record(previews);
}

async function previewOf(
  { step, steps, frame }: Undo,
  session: Session,
  ports: Pick<Ports, 'send' | 'now' | 'monotonic'>,
): Promise<RollbackPreview> {
  const looks: Event[] = [];
  const record = async (event: Event) => {
    looks.push(event);
  };
  const all: Ports = { ...session.ports, ...ports, record, interruption: () => 'none' };
  const looking: Session = {
    ...session,
    ports: all,
    isDry: true,
    recorder: createRecorder(all, session.options.redactor),
    findings: createFindings(),
    prediction: { writes: [], undetermined: new Set(), provisional: new Map() },
    rollback: { ...session.rollback, isRunning: true },
  };
  await runNodes(withoutWrites(steps), looking, frame);
  for (const { id, save } of steps.flatMap(requestsIn))
    if (save && !session.outputs.saved.has(instanceId(id, frame.iterations)))
      looking.prediction.undetermined.add(instanceId(id, frame.iterations));
  return {
    step,
    steps: steps.map((node) => shownNode(node, looking, frame)),
    looks: looks.filter((event) => event.type === 'response' || event.type === 'no-response'),
    notes: looking.findings.notes.map(({ severity, note }) => ({ severity, note })),
  };
}

/** The nodes before the first write. Nobody waits for a preview: each is sent once. */
function withoutWrites(nodes: readonly PlannedNode[]): PlannedNode[] {
  const first = nodes.findIndex((node) => requestsIn(node).some(({ effect }) => effect === 'write'));
  return nodes.slice(0, first < 0 ? nodes.length : first).map((node) => mapNode(node, once));
}

function once(node: PlannedNode): PlannedNode {
  if (node.kind === 'request') return { ...node, retry: { ...node.retry, attempts: 1 } };
  if (node.kind !== 'block' || !node.repeat) return node;
  return { ...node, repeat: { until: node.repeat.until, max_iterations: 1 } };
}

function requestsIn(node: PlannedNode) {
  return nodesOf(node).flatMap(({ node: one }) => (one.kind === 'request' ? [one] : []));
}

/** A node with all that is known of it by now; one that will be skipped is skipped. */
function shownNode(node: PlannedNode, session: Session, frame: Frame): PlannedNode {
  const values = valuesIn(session, frame);
  const common = { id: contextOf(node, session, frame).id, title: renderText(node.title, values) };
  if (node.kind === 'skipped') return { ...node, ...common };
  const { unmet, open } = conditionsOf(node.when ?? [], session, frame);
  if (unmet) {
    const { number, at } = node;
    return { ...common, number, at, kind: 'skipped', reason: unmet, ...(node.kind === 'note' ? { isNote: true } : {}) };
  }
  const { when: _when, for_each: list, ...once } = node;
  const still = open.length > 0 ? { when: mapConditions(open, shownBy(session, frame)) } : {};
  const inner = (nodes: readonly PlannedNode[], within: Frame) => nodes.map((one) => shownNode(one, session, within));
  switch (once.kind) {
    case 'note':
      return { ...once, ...common, ...still, note: renderText(once.note, values) };
    case 'request':
      return {
        ...{ ...once, ...common, ...still },
        request: shownRequest(once.request, values),
        ...(once.until ? { until: shownConditions(once.until, session, frame) } : {}),
        expect: shownExpect(once.expect, session, frame),
        ...(once.done_when ? { done_when: shownRead(once.done_when, session, frame) } : {}),
        ...(once.unchanged_when ? { unchanged_when: shownRead(once.unchanged_when, session, frame) } : {}),
        ...(once.progress ? { progress: shownProgress(once.progress, session, frame) } : {}),
        ...(once.evidence ? { evidence: inner(once.evidence, frame) } : {}),
      };
    case 'block': {
      const items = list === undefined ? undefined : shownValue(list, values);
      const steps = Array.isArray(items)
        ? (items as readonly Json[]).flatMap((value, index) =>
            inner(once.steps, {
              ...frame,
              iterations: [...frame.iterations, index + 1],
              item: { value, isSecret: false },
            }),
          )
        : inner(once.steps, frame);
      return {
        ...{ ...once, ...common, ...still, steps },
        ...(items === undefined || Array.isArray(items) ? {} : { for_each: items }),
        ...(once.done_when ? { done_when: shownRead(once.done_when, session, frame) } : {}),
        ...(once.always ? { always: inner(once.always, frame) } : {}),
      };
    }
  }
}

/** The first condition that is not met, and those of which nobody knows it yet. */
function conditionsOf(conditions: readonly WhenCondition[], session: Session, frame: Frame) {
  try {
    const open = conditions.filter((condition) => isOpen(condition, session, frame));
    return { unmet: unmetCondition(conditions, session, frame), open };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { unmet: undefined, open: conditions };
  }
}

function shownRead(read: PlannedRead, session: Session, frame: Frame): PlannedRead {
  return {
    ...read,
    request: shownRequest(read.request, valuesIn(session, frame)),
    expect: shownExpect(read.expect, session, frame),
    ...(read.otherwise ? { otherwise: shownRead(read.otherwise, session, frame) } : {}),
  };
}

function shownProgress(progress: PlannedProgress, session: Session, frame: Frame): PlannedProgress {
  const { request, measures } = progress;
  const values = valuesIn(session, frame);
  const shown = ({ total, ...rest }: PlannedMeasure): PlannedMeasure =>
    total && 'value' in total
      ? { ...rest, total: { value: shownValue(total.value, values) } }
      : { ...rest, ...(total ? { total } : {}) };
  return { ...(request ? { request: shownRequest(request, values) } : {}), measures: measures.map(shown) };
}

function shownExpect(expect: PlannedExpect, session: Session, frame: Frame): PlannedExpect {
  const { message, headers } = expect;
  const body = shownConditions(expect.body, session, frame);
  return {
    ...{ ...expect, body },
    ...(headers ? { headers: shownConditions(headers, session, frame) } : {}),
    ...(message === undefined ? {} : { message: renderText(message, valuesIn(session, frame)) }),
  };
}

function shownConditions(conditions: readonly Condition[], session: Session, frame: Frame): Condition[] {
  return conditions.map(shownBy(session, frame));
}

function shownBy(session: Session, frame: Frame): (condition: Condition) => Condition {
  const values = valuesIn(session, frame);
  return ({ subject, expect }) => ({ subject, expect: shownValue(expect, values) });
}
