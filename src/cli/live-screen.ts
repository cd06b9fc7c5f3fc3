import { createLogUpdate } from 'log-update';
import { type Line, laidOut } from '../report/live/line.ts';
import { liveView } from '../report/live/live-view.ts';
import type { Output } from './output.ts';
import type { Screen, Shown } from './screen.ts';

/** A terminal, whose size may change. */
export interface Terminal {
  readonly columns: () => number;
  readonly rows: () => number;
  readonly hasColour: boolean;
}

/** Milliseconds since 1970, and what is done again and again until that is ended. */
export interface Clock {
  readonly now: () => number;
  readonly every: (milliseconds: number, action: () => void) => () => void;
}

/** So often the part that shows what is going on is drawn again, in milliseconds: its times are whole seconds. */
const pace = 500;

/** Shows a run: what is going on at the bottom, drawn again and again, and above it what has happened, which stays. */
export function liveScreen({ write, drain }: Output, shown: Shown, terminal: Terminal, clock: Clock): Screen {
  const view = liveView(shown.plan, shown);
  const draw = createLogUpdate(streamOf(write, terminal), { showCursor: true });
  const lay = (lines: readonly Line[]): string =>
    lines.map((line) => laidOut(line, { columns: terminal.columns(), hasColour: terminal.hasColour })).join('\n');
  /** What has happened while somebody was asked. */
  let held: Line[] | undefined;
  let isEnded = false;
  const refresh = () => {
    if (held || isEnded) return;
    const text = lay(view.now(clock.now()));
    if (text === '') draw.clear();
    else draw(text);
  };
  const print = (lines: readonly Line[]) => {
    if (lines.length === 0) return refresh();
    if (held) {
      held.push(...lines);
      return;
    }
    draw.clear();
    write(`${lay(lines)}\n`);
    refresh();
  };
  const stop = clock.every(pace, refresh);
  return {
    show: (event) => print(view.show(event)),
    say: (text) => {
      const line: Line = { mark: 'warning', text, tone: 'warning' };
      if (held) write(`\n${lay([line])}\n`);
      else print([line]);
    },
    print,
    ask: async (question) => {
      draw.clear();
      held = [];
      try {
        await drain(2_000);
        return await question((text) => lay(text.split('\n').map((one) => ({ text: one }))));
      } finally {
        const lines = held;
        held = undefined;
        print(lines);
      }
    },
    isTold: view.isTold,
    end: () => {
      stop();
      isEnded = true;
      draw.clear();
    },
  };
}

/** The terminal as the library writes to it: through the output that waits for nobody. */
function streamOf(write: Output['write'], { columns, rows }: Terminal): NodeJS.WriteStream {
  const stream = {
    isTTY: true,
    write: (text: string) => {
      write(text);
      return true;
    },
    get columns() {
      return columns();
    },
    get rows() {
      return rows();
    },
  };
  return stream as unknown as NodeJS.WriteStream;
}
