import { Listr } from 'listr2';
import type { Event } from '../engine/index.ts';
import { inert } from '../text/index.ts';
import { progressFold } from './progress-text.ts';
import { reasonText, stepReasonText } from './reason-text.ts';
import { evidenceLines, linesOf, outcomeWords } from './run-lines.ts';

/** Shows a run on a terminal as it happens; a fold over events with the current step as its only state. */
export interface TerminalView {
  readonly show: (event: Event) => Promise<void>;
  /** Says something at once; beside the spinner where a request is running, so that no frame of it erases the words. */
  readonly say: (text: string) => void;
}

type Started = Extract<Event, { type: 'step-started' }>;
type Finished = Extract<Event, { type: 'step-finished' }>;

/**
 * One spinner for the request that is running, a line that stays for each that has ended. Each request has a list of
 * its own, so that a question can be asked between two of them.
 */
export function terminalView(write: (text: string) => void): TerminalView {
  let current:
    | {
        readonly step: string;
        readonly update: (output: string) => void;
        readonly say: (text: string) => void;
        readonly end: (event: Finished) => Promise<void>;
      }
    | undefined;
  const progress = progressFold();
  return {
    show: async (event) => {
      progress.take(event);
      switch (event.type) {
        case 'step-started':
          if (event.kind === 'block') write(`  ${line(event)}\n`);
          else if (event.kind === 'request') current = spinner(event);
          return;
        case 'waiting':
          current?.update(
            inert([progress.text(Date.parse(event.at)), reasonText(event.reason)].filter(isSaid).join(' — ')),
          );
          return;
        // The poll says it when it waits, which is next.
        case 'progress':
          return;
        case 'step-finished':
          if (current?.step === event.step) {
            await current.end(event);
            current = undefined;
            for (const text of evidenceLines(event)) write(`${inert(`${'  '.repeat(event.depth)}    ${text}`)}\n`);
          } else if (event.kind === 'request' || (event.kind === 'block' && isQuiet(event.outcome))) {
            write(`↓ ${line(event)} — ${outcomeText(event)}\n`);
          } else if (event.reason !== undefined) {
            write(`✖ ${line(event)} — ${outcomeText(event)}\n`);
          }
          return;
        case 'no-response':
          if (event.purpose !== 'progress') current?.update(inert(reasonText(event.reason)));
          return;
        // The summary follows; the question and its response are on the screen.
        case 'run-finished':
        case 'confirmation':
          return;
        default:
          for (const text of linesOf(event)) {
            if (current) current.update(text);
            else write(`${text}\n`);
          }
      }
    },
    say: (text) => {
      if (current) current.say(inert(text));
      else write(`\n${inert(text)}\n`);
    },
  };
}

function spinner(event: Started) {
  let finish: (event: Finished) => void = () => undefined;
  const finished = new Promise<Finished>((resolve) => {
    finish = resolve;
  });
  // The list starts a moment later: what is given meanwhile is not lost.
  let last: string | undefined;
  let update = (output: string): void => {
    last = output;
  };
  let show: (title: string) => void = () => undefined;
  // They stay with the line: what is said is not erased by what comes after it.
  const said: string[] = [];
  let title = line(event);
  const list = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          show = (text) => {
            title = text;
            task.title = [text, ...said].join('\n');
          };
          show(title);
          update = (output) => {
            task.output = output;
          };
          if (last !== undefined) update(last);
          const end = await finished;
          const isQuiet = end.outcome === 'done' && end.reason === undefined;
          show(isQuiet ? line(event) : `${line(event)} — ${outcomeText(end)}`);
          if (isFailure(end)) throw new Error(outcomeText(end));
        },
      },
    ],
    {
      exitOnError: false,
      // The run itself decides what a signal means; the library would end the process.
      registerSignalListeners: false,
      rendererOptions: {
        indentation: 2,
        showErrorMessage: false,
        collapseErrors: false,
        removeEmptyLines: false,
        collapseSkips: false,
      },
    },
  );
  const running = list.run();
  return {
    step: event.step,
    update: (output: string) => update(output),
    say: (text: string) => {
      said.push(text);
      show(title);
    },
    end: async (end: Finished) => {
      finish(end);
      await running;
    },
  };
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined;
}

function isQuiet(outcome: Finished['outcome']): boolean {
  return outcome === 'skipped' || outcome === 'unchanged' || outcome === 'in-place';
}

function isFailure({ outcome }: Finished): boolean {
  return outcome === 'failed' || outcome === 'in-doubt' || outcome === 'interrupted';
}

function line(event: Started | Finished): string {
  const phase = event.phase === 'steps' || event.phase === 'preflight' ? '' : `${event.phase}: `;
  return inert(`${'  '.repeat(event.depth)}${event.number} ${phase}${event.title}`);
}

function outcomeText(event: Finished): string {
  const place = event.outcome === 'failed' || event.outcome === 'in-doubt' ? ` [${event.place}]` : '';
  return inert(
    `${outcomeWords[event.outcome]}${event.reason === undefined ? '' : `: ${stepReasonText(event.outcome, event.reason)}`}${place}`,
  );
}
