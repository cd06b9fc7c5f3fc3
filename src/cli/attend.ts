import type { Event, RunOptions } from '../engine/index.ts';
import { type Attendant, type Execution, execute } from '../host/execute.ts';
import {
  elapsedText,
  followCourse,
  forecastLines,
  forecastSentence,
  reasonText,
  reportOf,
  summaryLines,
} from '../report/index.ts';
import { askToConfirm } from './confirm.ts';
import { noteRun } from './crash.ts';
import { exitCodes } from './exit-codes.ts';
import { type Output, openOutput } from './output.ts';
import { plainScreen } from './plain-screen.ts';
import type { Screen, Shown } from './screen.ts';
import { type Interruptions, interruptions } from './signals.ts';
import { ask, isInteractive } from './terminal.ts';

/** How a run is attended. */
export interface AttendOptions {
  readonly detailedExitcode?: boolean;
  /** On a terminal each step has a line of its own. */
  readonly verbose?: boolean;
}

/**
 * Runs a plan and shows it on standard output, as a terminal or a pipeline's log has it.
 * @returns The exit code: what became of the clusters.
 */
export async function attend(
  execution: Execution,
  { detailedExitcode = false, verbose = false }: AttendOptions = {},
): Promise<number> {
  const { plan, mode = 'real', rollback = 'on-failure', origin = {}, recorded } = execution;
  if (recorded) noteRun(recorded.id);
  const output = openOutput(1);
  const screen = await screenFor(output, { plan, mode, isVerbose: verbose, before: recorded?.events ?? [] });
  const course = followCourse(rollback);
  const signals = interruptions((signal, isFirst) => screen.say(`${signal}: ${course.stopText(isFirst)}`));
  const dryEvents: Event[] = [];
  const began = performance.now();
  const attendant: Attendant = {
    ...questionsOn(screen, signals, rollback),
    say: screen.say,
    show: (event) => {
      if (event.type === 'run-started') noteRun(event.run);
      course.follow(event);
      screen.show(event);
      if (mode === 'dry') dryEvents.push(event);
    },
    stop: signals.stop,
    stopRollback: signals.stopRollback,
  };
  try {
    const { run, summary, head, redact } = await execute(execution, attendant);
    screen.end();
    const took = `${recorded ? 'this process took' : 'took'} ${elapsedText(performance.now() - began)}`;
    const record = { run, origin, head, took, isTold: screen.isTold };
    const end = (forecast?: string) => {
      const lines = summaryLines(summary, { ...record, ...(forecast === undefined ? {} : { forecast }) });
      screen.print([{ text: '' }, ...lines.map((line) => ({ ...line, text: redact(line.text) }))]);
    };
    if (mode === 'real') {
      end();
      return exitCodes[summary.outcome];
    }
    const { forecast: forecasts = [] } = reportOf(plan, dryEvents, { head, events: dryEvents.length });
    const lines = forecastLines(forecasts).map((line) => ({ ...line, text: redact(line.text) }));
    screen.print([{ text: '' }, ...lines]);
    end(forecastSentence(forecasts));
    const isPending = summary.outcome === 'done' && summary.predicted_writes + summary.predicted_writes_per_item > 0;
    return isPending && detailedExitcode ? exitCodes['something-to-do'] : exitCodes[summary.outcome];
  } finally {
    screen.end();
    signals.end();
    // What nobody reads is not waited for: its write would keep the process alive for ever.
    if (!(await output.drain(2_000))) setTimeout(() => process.exit(), 1_000).unref();
  }
}

/** A terminal shows what is going on, and above it what has happened; anything else gets plain lines. */
async function screenFor(output: Output, shown: Shown): Promise<Screen> {
  const { stdout, env } = process;
  // Some pseudo-terminals say that they are 0 columns wide, and a dumb one cannot draw a line again.
  if (!isInteractive() || !(stdout.columns > 0) || env.TERM === 'dumb') return plainScreen(output, shown);
  const { liveScreen } = await import('./live-screen.ts');
  const size = { columns: () => stdout.columns, rows: () => stdout.rows };
  const clock = { now: Date.now, every };
  return liveScreen(output, shown, { ...size, hasColour: (env.NO_COLOR ?? '') === '' }, clock);
}

/** Does something again and again until that is ended. */
function every(milliseconds: number, action: () => void): () => void {
  const timer = setInterval(action, milliseconds);
  return () => clearInterval(timer);
}

/** Asks where there is a terminal. */
function questionsOn(
  screen: Screen,
  { stop }: Interruptions,
  rollback: RunOptions['rollback'],
): Pick<Attendant, 'confirm' | 'decide'> {
  if (!isInteractive()) return {};
  return {
    confirm: (question) => screen.ask((wrap) => askToConfirm(question, rollback, stop, wrap)),
    decide: ({ step, title, reason }) =>
      screen.ask(async (wrap) => {
        const text = `${step} has an unknown outcome. ${title}: ${reasonText(reason)}\nCheck the server. Type done if it took effect, not-done if it did not (it is sent then); anything else leaves the run suspended:`;
        const answer = await ask(`${wrap(text)} `, stop);
        return answer === 'done' || answer === 'not-done' ? answer : 'unknown';
      }),
  };
}
