import { plainLine, plainView } from '../report/index.ts';
import type { Output } from './output.ts';
import { inertLines } from './print.ts';
import type { Screen, Shown } from './screen.ts';

/** Shows a run as the log of a pipeline has it: one line after the other, each with its time. */
export function plainScreen({ write, drain }: Output, { plan, mode, before }: Shown): Screen {
  const view = plainView(plan, { mode, before });
  return {
    show: (event) => {
      for (const line of view.show(event)) write(`${line}\n`);
    },
    say: (text) => write(`${new Date().toISOString().slice(0, 19)}Z  ${inertLines(text)}\n`),
    print: (lines) => {
      for (const line of lines) write(`${plainLine(line)}\n`);
    },
    ask: async (question) => {
      await drain(2_000);
      return question((text) => text);
    },
    isTold: view.isTold,
    end: () => undefined,
  };
}
