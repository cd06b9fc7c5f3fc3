import type { Event, RecordedCall, StepOutcome } from '../../engine/index.ts';
import type { Plan } from '../../plan/index.ts';
import { type Failure, followFailures } from '../failure.ts';
import { connectionText } from '../outline.ts';
import { progressFold } from '../progress-text.ts';
import { reasonText, stepReasonText, waitingText } from '../reason-text.ts';
import { approvalText, evidenceLines, outcomeWords, sentencesOf } from '../run-lines.ts';
import { elapsedText, timeText } from '../run-report.ts';
import type { Line } from './line.ts';
import { followOutages, listText } from './outages.ts';
import { positionsIn, shortNumber } from './position.ts';

/** A run on a terminal: a fold over its events. Nothing here knows a terminal, a clock or a colour. */
export interface LiveView {
  /** Takes an event; returns the lines that stay. */
  readonly show: (event: Event) => Line[];
  /** Returns what is going on, for the part that is drawn again. `at`: milliseconds since 1970. */
  readonly now: (at: number) => Line[];
  /** Returns whether the failure of a step has been shown. */
  readonly isTold: (step: string) => boolean;
}

export interface LiveOptions {
  readonly mode: 'real' | 'dry';
  /** Each step has a line of its own, also where nothing was sent. */
  readonly isVerbose: boolean;
  /** The events of earlier processes of the run. */
  readonly before?: readonly Event[];
}

type Started = Extract<Event, { type: 'step-started' }>;
type Finished = Extract<Event, { type: 'step-finished' }>;
type Quiet = Extract<StepOutcome, 'skipped' | 'unchanged' | 'in-place'>;

/** A block that is going on, and the steps in it that are folded into one line. */
interface OpenBlock {
  readonly event?: Started;
  /** Its own line stands there: that of a block in which nothing is shown is left out. */
  hasLine: boolean;
  folded: { readonly step: string; readonly outcome: Quiet }[];
}

/** A step that has begun and not ended. */
interface Running {
  readonly event: Started;
  /** Milliseconds since 1970. */
  since: number;
  sending?: { readonly call: RecordedCall; readonly since: number } | undefined;
  /** What it waits for, or why. */
  waiting?: string | undefined;
}

/** Of the steps that run side by side so many are shown. */
const mostAtOnce = 4;

/** Deeper blocks are not indented further. */
const deepest = 3;

const foldedWords: Readonly<Record<Quiet, string>> = {
  skipped: 'skipped',
  unchanged: 'unchanged',
  'in-place': 'already in place, content not compared',
};

export function liveView(plan: Plan, { mode, isVerbose, before = [] }: LiveOptions): LiveView {
  const positions = positionsIn(plan);
  const outages = followOutages(plan);
  const failureIn = followFailures(plan);
  const progress = progressFold();
  const warnings = new Set<string>();
  const root: OpenBlock = { hasLine: true, folded: [] };
  /** By their ids: those of iterations may be open side by side. */
  const blocks = new Map<string, OpenBlock>();
  const open = new Map<string, Running>();
  /** Of the open steps those that this process is at work on, the latest last: one, or those of iterations that run side by side. */
  const running = new Set<Running>();
  let startedAt: number | undefined;
  let isInterrupted = false;
  /** How far the rollback is. */
  let rollback: { readonly count: number; ended: number } | undefined;
  const told = new Set<string>();
  /** What earlier processes have ended. */
  const earlier: { ended: Finished[]; failures: Failure[] } = { ended: [], failures: [] };
  let isPast = true;

  /** The open blocks around a step, the outermost first. */
  const around = (step: string): OpenBlock[] => positions.around(step).flatMap((id) => blocks.get(id) ?? []);

  /** The lines of blocks that are going on, as far as they do not stand there yet. */
  const headers = (open: readonly OpenBlock[]): Line[] => {
    const above = foldedLines(root, 0);
    const own = open.flatMap((block) => {
      if (block.hasLine || !block.event) return [];
      block.hasLine = true;
      return [{ indent: indentOf(block.event), text: titleOf(block.event), tone: 'strong' } satisfies Line];
    });
    return [...above, ...own];
  };

  const within = (step: string | undefined, lines: readonly Line[]): Line[] =>
    lines.length === 0 ? [] : [...headers(step === undefined ? [] : around(step)), ...lines];

  const tell = (failure: Failure, aside?: string): Line[] => {
    told.add(failure.step.step);
    return failureLines(failure, aside);
  };

  const foldedLines = (block: OpenBlock, indent: number): Line[] => {
    const { folded } = block;
    block.folded = [];
    if (folded.length === 0) return [];
    const kinds = (['skipped', 'unchanged', 'in-place'] as const).flatMap((outcome) => {
      const steps = folded.flatMap((one) => (one.outcome === outcome ? [one.step] : []));
      return steps.length === 0 ? [] : [`${steps.length} ${foldedWords[outcome]}: ${listText(steps)}`];
    });
    const mark = folded.every(({ outcome }) => outcome === 'skipped') ? 'skipped' : 'unchanged';
    return [{ mark, indent, text: kinds.join('; '), tone: 'quiet' }];
  };

  const closeBlock = (event: Finished): Line[] => {
    const block = blocks.get(event.step);
    if (!block) return [];
    blocks.delete(event.step);
    if (block.hasLine) return foldedLines(block, indentOf(event) + 1);
    (around(event.step).at(-1) ?? root).folded.push(...block.folded);
    return [];
  };

  const ended = (event: Finished): Line[] => {
    const known = open.get(event.step);
    open.delete(event.step);
    if (known) running.delete(known);
    const failure = failureIn(event);
    const over = outages
      .follow(event)
      .map((text): Line => ({ mark: 'done', indent: indentOf(event), text, tone: 'strong' }));
    const closing = event.kind === 'block' ? closeBlock(event) : [];
    if (isPast) {
      if (failure) earlier.failures.push(failure);
      if (event.kind === 'request' && isWell(event.outcome)) earlier.ended.push(event);
    }
    // What a dry run predicts comes at its end, in the shape of the plan.
    if (mode === 'dry' || isPast) return [];
    if (failure) return within(event.step, [...closing, ...tell(failure, known && durationOf(known, event))]);
    if (event.phase === 'evidence') return evidenceOf(event);
    if (event.kind === 'note') return [];
    const { outcome, reason } = event;
    if (outcome === 'skipped' || outcome === 'unchanged' || outcome === 'in-place') {
      if (!isVerbose) {
        (around(event.step).at(-1) ?? root).folded.push({ step: event.step, outcome });
        return closing;
      }
      return within(event.step, [...closing, quietLine(event, outcome)]);
    }
    if (event.kind === 'block') return closing;
    const aside = known === undefined ? {} : { aside: durationOf(known, event) };
    const why =
      reason === undefined
        ? ''
        : ` — ${outcome === 'done' ? '' : `${outcomeWords[outcome]}: `}${stepReasonText(outcome, reason)}`;
    const line: Line = {
      mark: outcome === 'interrupted' ? 'interrupted' : reason === undefined ? 'done' : 'read-back',
      indent: indentOf(event),
      text: `${titleOf(event)}${outcome === 'interrupted' && reason === undefined ? ' — interrupted' : why}`,
      ...aside,
    };
    return within(event.step, [line, ...over]);
  };

  const started = (event: Started): Line[] => {
    if (event.kind === 'block') {
      const block = { event, hasLine: false, folded: [] };
      blocks.set(event.step, block);
      return mode === 'real' && isVerbose ? headers([...around(event.step), block]) : [];
    }
    const begun = { event, since: Date.parse(event.at) };
    running.add(begun);
    open.set(event.step, begun);
    return [];
  };

  /** A step that an earlier process has begun goes on without beginning again. */
  const stepOf = (step: string | undefined): Running | undefined => {
    const found = step === undefined ? undefined : open.get(step);
    if (found) running.add(found);
    return found;
  };

  const show = (event: Event): Line[] => {
    progress.take(event);
    if (event.type !== 'step-finished') failureIn(event);
    if (event.type === 'step-finished') return ended(event);
    outages.follow(event);
    switch (event.type) {
      case 'run-started':
        startedAt = Date.parse(event.at);
        return headOf(event);
      case 'run-resumed': {
        startedAt = Date.parse(event.at);
        rollback = undefined;
        for (const one of open.values())
          Object.assign(one, { since: startedAt, sending: undefined, waiting: undefined });
        for (const block of blocks.values()) block.hasLine = false;
        running.clear();
        if (event.as === 'resume') for (const one of open.values()) running.add(one);
        return resumedLines(event);
      }
      case 'step-started':
        return started(event);
      case 'write-intended': {
        const step = event.purpose === 'lock' ? undefined : stepOf(event.step);
        if (step) step.sending = { call: event.call, since: Date.parse(event.at) };
        return [];
      }
      case 'response': {
        const step = event.purpose === 'lock' ? undefined : stepOf(event.step);
        if (step) step.sending = undefined;
        return within(
          event.step,
          event.warnings.flatMap((warning) => warningOf(event.call, warning)),
        );
      }
      case 'no-response': {
        // Without its numbers a poll goes on.
        if (event.purpose === 'progress') return [];
        const step = event.purpose === 'lock' ? undefined : stepOf(event.step);
        if (step) {
          step.sending = undefined;
          step.waiting = reasonText(event.reason);
        }
        // A read is sent again, and says so where it is not.
        return event.call.effect === 'read' ? [] : within(event.step, plainly(event, 'warning'));
      }
      case 'waiting': {
        const step = stepOf(event.step);
        if (step) step.waiting = waitingText(event);
        return [];
      }
      // Drawn with what is going on.
      case 'progress':
      case 'effect-checked':
      case 'asserted':
        stepOf(event.step);
        return [];
      case 'confirmation':
        return [{ text: `${event.step}: ${event.confirmed ? 'confirmed' : 'not confirmed'}`, tone: 'quiet' }];
      case 'noted':
        return within(event.step, [
          {
            ...(event.severity === 'warning' ? { mark: 'warning', tone: 'warning' } : {}),
            indent: Math.min(event.depth, deepest),
            text: event.note,
          },
        ]);
      case 'interrupted':
        isInterrupted = true;
        return plainly(event, 'warning');
      case 'rollback-started':
        rollback = { count: event.of.length, ended: 0 };
        // What an earlier process had begun, and nobody goes on with.
        running.clear();
        return [...rootFolded(), ...plainly(event)];
      case 'step-rolled-back':
        if (rollback) rollback.ended++;
        return event.clean
          ? [{ mark: 'done', text: `rolled back: ${event.step}`, tone: 'strong' }]
          : [{ mark: 'failed', text: `NOT rolled back: ${event.step}`, tone: 'bad' }];
      case 'rollback-skipped':
        if (rollback) rollback.ended++;
        return [
          { mark: 'skipped', text: `nothing to roll back: ${event.step}: ${reasonText(event.reason)}`, tone: 'quiet' },
        ];
      case 'rollback-finished':
        return event.clean ? plainly(event) : plainly(event, 'bad');
      case 'decided':
        return plainly(event);
      case 'line-lost':
        return plainly(event, 'warning');
      case 'lock':
        return plainly(event, event.state === 'acquired' ? undefined : 'warning');
      // The summary follows; what is closed still, or is to be put right, is not in it.
      case 'suspended':
      case 'run-finished':
        running.clear();
        return [...rootFolded(), ...outageLines(Date.parse(event.at))];
    }
  };

  const outageLines = (at: number): Line[] =>
    outages.texts(at).map((text) => ({ mark: 'warning', text, tone: 'warning' }));

  const rootFolded = (): Line[] =>
    [root, ...blocks.values()].flatMap((block) =>
      block.hasLine ? foldedLines(block, block.event ? indentOf(block.event) + 1 : 0) : [],
    );

  const warningOf = (call: RecordedCall, warning: string): Line[] => {
    const text = `warning from ${call.connection}: ${warning}`;
    // A poll would say it again and again.
    if (warnings.has(text)) return [];
    warnings.add(text);
    return [{ mark: 'warning', text, tone: 'warning' }];
  };

  const resumedLines = (event: Extract<Event, { type: 'run-resumed' }>): Line[] => {
    const lines = plainly(event);
    if (event.as === 'rollback') return lines;
    const { ended } = earlier;
    if (ended.length > 0) {
      lines.push(
        ...(isVerbose
          ? ended.map(
              (step): Line => ({
                mark: 'replayed',
                indent: indentOf(step),
                text: `${titleOf(step)} — ${outcomeWords[step.outcome]} before`,
                tone: 'quiet',
              }),
            )
          : [
              {
                mark: 'replayed',
                text: `${ended.length === 1 ? '1 step has' : `${ended.length} steps have`} ended before: what is recorded is not sent again`,
                tone: 'quiet',
              } satisfies Line,
            ]),
      );
    }
    lines.push(...earlier.failures.flatMap((failure) => tell(failure)));
    for (const { event } of running) lines.push({ mark: 'running', text: `continues at ${titleOf(event)}` });
    return lines;
  };

  const now = (at: number): Line[] => {
    const lines: Line[] = [];
    for (const { event, since, sending, waiting } of [...running].slice(0, mostAtOnce)) {
      lines.push({ mark: 'running', text: titleOf(event), aside: elapsedText(at - since), tone: 'strong' });
      if (sending) {
        const { call } = sending;
        lines.push({
          indent: 1,
          text: `sending ${call.request} to ${connectionText(call)}`,
          aside: elapsedText(at - sending.since),
        });
      } else if (waiting !== undefined) lines.push({ indent: 1, text: waiting });
      const done = progress.text(event.step, at);
      if (done !== undefined) lines.push({ indent: 1, text: done });
    }
    const more = running.size - mostAtOnce;
    if (more > 0) lines.push({ indent: 1, text: `and ${more} more at once`, tone: 'quiet' });
    lines.push(...outageLines(at));
    const status = [
      ...(mode === 'dry' ? ['dry run'] : []),
      ...(isInterrupted ? ['interrupted'] : []),
      ...placeOf(),
      ...(startedAt === undefined ? [] : [elapsedText(at - startedAt)]),
    ];
    return status.length === 0 ? lines : [...lines, { text: status.join(' · '), tone: 'quiet' }];
  };

  const placeOf = (): string[] => {
    if (rollback) return [`rolling back, ${Math.min(rollback.ended + 1, rollback.count)} of ${rollback.count}`];
    const latest = [...running].at(-1);
    if (!latest) return [];
    const { phase, step } = latest.event;
    if (phase === 'preflight') return ['checks before the first write'];
    if (phase === 'evidence') return ['evidence of a failure'];
    const position = positions.of(step);
    return position === undefined ? [] : [`step ${position} of ${positions.count}`];
  };

  for (const event of before) show(event);
  isPast = false;

  return { show, now, isTold: (step) => told.has(step) };
}

function headOf(event: Extract<Event, { type: 'run-started' }>): Line[] {
  const { run, title, runbook, environment, plan, origin } = event;
  return [
    { text: title, tone: 'strong' },
    {
      text: `${event.mode === 'dry' ? 'dry run' : 'run'} ${run} · ${runbook} · environment ${environment} · plan ${plan.slice(0, 12)}`,
      tone: 'quiet',
    },
    ...(origin.approvals ?? []).map((given): Line => ({ text: `approved by ${approvalText(given)}`, tone: 'quiet' })),
  ];
}

function isWell(outcome: StepOutcome): boolean {
  return outcome === 'done' || outcome === 'unchanged' || outcome === 'in-place' || outcome === 'skipped';
}

function indentOf({ depth }: Started | Finished): number {
  return Math.min(depth, deepest);
}

/** A step with its number, where that is short, and its id, which options take. */
function titleOf({ phase, number, step, title }: Started | Finished): string {
  if (phase === 'preflight') return `${number} ${title}`;
  const short = phase === 'steps' || phase === 'always' ? shortNumber(number) : undefined;
  return `${short === undefined ? '' : `${short} `}${step}: ${title}`;
}

function durationOf({ since }: Running, { at }: Finished): string {
  return timeText(Math.max(0, Date.parse(at) - since));
}

/** The lines of an event that a log has, too. */
function plainly(event: Event, tone?: Line['tone']): Line[] {
  return sentencesOf(event).map((text) => ({
    ...(tone === undefined ? {} : { tone }),
    ...(tone === 'warning' ? { mark: 'warning' as const } : {}),
    text,
  }));
}

function quietLine(event: Finished, outcome: Quiet): Line {
  const reason = event.reason === undefined ? '' : `: ${reasonText(event.reason)}`;
  return {
    mark: outcome === 'skipped' ? 'skipped' : 'unchanged',
    indent: indentOf(event),
    text: `${titleOf(event)} — ${foldedWords[outcome]}${reason}`,
    tone: 'quiet',
  };
}

/** A failure as one block, which the evidence of it follows. */
function failureLines({ step, facts }: Failure, aside?: string): Line[] {
  const indent = indentOf(step);
  return [
    {
      mark: step.outcome === 'failed' ? 'failed' : 'unknown',
      indent,
      text: `${titleOf(step)} — ${outcomeWords[step.outcome]}`,
      ...(aside === undefined ? {} : { aside }),
      tone: 'bad',
    },
    ...facts.map((fact) => ({ indent: indent + 1, ...fact })),
  ];
}

function evidenceOf(event: Finished): Line[] {
  const { title, outcome, reason } = event;
  const values = outcome === 'done' ? evidenceLines(event) : [];
  const failed = reason === undefined ? [] : [`${outcomeWords[outcome]}: ${reasonText(reason)}`];
  return [title, ...values, ...failed].map((text, index) => ({
    indent: indentOf(event),
    label: index === 0 ? 'evidence' : '',
    text,
  }));
}
