import type { Event, RunOptions } from '../engine/index.ts';
import { type Attendant, type Execution, execute } from '../host/execute.ts';
import {
  followCourse,
  forecastSentence,
  forecastText,
  plainView,
  reasonText,
  reportOf,
  summaryText,
} from '../report/index.ts';
import type { TerminalView } from '../report/terminal.ts';
import { askToConfirm } from './confirm.ts';
import { noteRun } from './crash.ts';
import { exitCodes } from './exit-codes.ts';
import { type Output, openOutput, throughOutput } from './output.ts';
import { type Interruptions, interruptions } from './signals.ts';
import { ask, isInteractive } from './terminal.ts';

/**
 * Runs a plan and shows it on standard output, as a terminal or a pipeline's log has it.
 * @returns The exit code: what became of the clusters.
 */
export async function attend(execution: Execution, { detailedExitcode = false } = {}): Promise<number> {
  const { plan, mode = 'real', rollback = 'on-failure', origin = {} } = execution;
  if (execution.recorded) noteRun(execution.recorded.id);
  const output = openOutput(1);
  const screen = await screenFor(output, mode);
  const course = followCourse(rollback);
  const signals = interruptions((signal, isFirst) => screen.say(`${signal}: ${course.stopText(isFirst)}`));
  const dryEvents: Event[] = [];
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
    await screen.isShown();
    if (mode === 'real') {
      output.write(`\n${redact(summaryText(summary, { run, origin, head }))}`);
      return exitCodes[summary.outcome];
    }
    const { forecast: forecasts = [] } = reportOf(plan, dryEvents, { head, events: dryEvents.length });
    output.write(`\n${redact(forecastText(forecasts))}`);
    output.write(`\n${redact(summaryText(summary, { run, origin, head, forecast: forecastSentence(forecasts) }))}`);
    const isPending = summary.outcome === 'done' && summary.predicted_writes + summary.predicted_writes_per_item > 0;
    return isPending && detailedExitcode ? exitCodes['something-to-do'] : exitCodes[summary.outcome];
  } finally {
    signals.end();
    // What nobody reads is not waited for: its write would keep the process alive for ever.
    if (!(await output.drain(2_000))) setTimeout(() => process.exit(), 1_000).unref();
  }
}

/** Where events are shown, one after the other; nobody waits for it but who asks a question. */
interface Screen {
  readonly show: (event: Event) => void;
  /** Says something at once, whatever is still to be shown. */
  readonly say: (text: string) => void;
  /** Waits until everything is shown, for two seconds at most. */
  readonly isShown: () => Promise<unknown>;
}

async function screenFor(output: Output, mode: 'real' | 'dry'): Promise<Screen> {
  const { show, say } = await viewFor(output, mode);
  let shown: Promise<unknown> = Promise.resolve();
  return {
    show: (event) => {
      shown = shown.then(() => show(event)).catch(() => undefined);
    },
    say,
    isShown: () => Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 2_000).unref())]),
  };
}

async function viewFor(output: Output, mode: 'real' | 'dry'): Promise<TerminalView> {
  // Some pseudo-terminals say that they are 0 columns wide: a spinner would wrap after each character.
  if (isInteractive() && mode === 'real' && !process.env.NO_COLOR && process.stdout.columns > 0) {
    const { terminalView } = await import('../report/terminal.ts');
    throughOutput(output);
    return terminalView(output.write);
  }
  return { show: plainView(output.write, mode), say: (text) => output.write(`\n${text}\n`) };
}

/** Asks where there is a terminal. */
function questionsOn(
  { isShown }: Screen,
  { stop }: Interruptions,
  rollback: RunOptions['rollback'],
): Pick<Attendant, 'confirm' | 'decide'> {
  if (!isInteractive()) return {};
  return {
    confirm: async (question) => {
      await isShown();
      return askToConfirm(question, rollback, stop);
    },
    decide: async ({ step, title, reason }) => {
      await isShown();
      const answer = await ask(
        `${step} has an unknown outcome. ${title}: ${reasonText(reason)}\nCheck the server. Type done if it took effect, not-done if it did not (it is sent then); anything else leaves the run suspended: `,
        stop,
      );
      return answer === 'done' || answer === 'not-done' ? answer : 'unknown';
    },
  };
}
