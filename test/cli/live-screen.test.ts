import { describe, expect, it } from 'vitest';
import { liveScreen } from '../../src/cli/live-screen.ts';
import type { Output } from '../../src/cli/output.ts';
import { laidOut } from '../../src/report/live/line.ts';
import { liveView } from '../../src/report/live/live-view.ts';
import { stories, swapPlan } from '../report/live-runs.ts';

/** One escape sequence with its number and its letter, or one character. */
const sequences = new RegExp(`${'\u001b'}\\[(\\d*)([A-Z])|[^]`, 'g');

/** A terminal that is high enough: what it shows after what was written to it. */
function terminal(columns: number) {
  const lines: string[] = [''];
  let row = 0;
  const write = (text: string) => {
    for (const [part, count = '', command] of text.matchAll(sequences)) {
      if (part === '\n') {
        row++;
        lines[row] ??= '';
      } else if (command === 'A') row = Math.max(0, row - Number(count || 1));
      else if (command === 'K') lines[row] = '';
      else if (command === undefined) lines[row] += part;
      expect(lines[row]?.length).toBeLessThan(columns);
    }
  };
  const output: Output = { write, drain: async () => true };
  return { output, shown: () => lines.map((line) => line.trimEnd()) };
}

function start(columns = 80) {
  const { output, shown } = terminal(columns);
  let time = Date.UTC(2026, 0, 1);
  let tick = () => {};
  const clock = {
    now: () => time,
    every: (_milliseconds: number, action: () => void) => {
      tick = action;
      return () => {
        tick = () => {};
      };
    },
  };
  const screen = liveScreen(
    output,
    { plan: swapPlan, mode: 'real', isVerbose: false, before: [] },
    { columns: () => columns, rows: () => 1_000, hasColour: false },
    clock,
  );
  const pass = (milliseconds: number) => {
    time += milliseconds;
    tick();
  };
  return { screen, shown, pass };
}

/** What has to stay, by the view itself. */
function staying(events: Awaited<ReturnType<typeof stories.failure>>['run']['events'], columns = 80): string[] {
  const view = liveView(swapPlan, { mode: 'real', isVerbose: false });
  const lines = events.flatMap((event) => view.show(event));
  return lines.flatMap((line) => laidOut(line, { columns, hasColour: false }).split('\n'));
}

describe('the screen of a run', () => {
  it.each([60, 80, 200])(
    'never takes away what has happened, and at its end shows nothing else: %i columns',
    async (columns) => {
      const { run } = await stories['failed-rollback']();
      const { screen, shown, pass } = start(columns);
      for (const [index, event] of run.events.entries()) {
        screen.show(event);
        pass(700);
        const stays = staying(run.events.slice(0, index + 1), columns);
        expect(shown().slice(0, stays.length)).toEqual(stays);
      }
      screen.end();
      pass(700);
      expect(shown().filter((line, index, all) => line !== '' || index < all.length - 1)).toEqual(
        expect.arrayContaining(staying(run.events, columns)),
      );
      expect(shown().join('\n').trimEnd()).toBe(staying(run.events, columns).join('\n'));
    },
  );

  it('shows a signal at once and keeps it, and counts the seconds below', async () => {
    const { run } = await stories.success();
    const { screen, shown, pass } = start();
    const sending = run.events.findIndex((event) => event.type === 'write-intended' && event.step === 'close');
    for (const event of run.events.slice(0, sending + 1)) screen.show(event);
    screen.say('SIGINT: stopping after the call in flight');
    pass(14_000);
    const text = shown().join('\n');
    expect(text).toMatch(
      /! SIGINT: stopping after the call in flight\n▸ 6\.1 close: Close the indices {2}14 s\n {4}sending .* 14 s\n! swap is disruptive: 14 s/,
    );
    screen.end();
    expect(shown().join('\n').trimEnd()).toMatch(/! SIGINT: stopping after the call in flight$/);
  });

  it('leaves the terminal to a question, and tells afterwards what has happened meanwhile', async () => {
    const { run } = await stories.failure();
    const { screen, shown, pass } = start();
    const failed = run.events.findIndex((event) => event.type === 'step-finished' && event.outcome === 'failed');
    for (const event of run.events.slice(0, failed)) screen.show(event);
    const answer = await screen.ask(async (wrap) => {
      expect(shown().join('\n')).not.toContain('▸');
      for (const event of run.events.slice(failed, failed + 1)) screen.show(event);
      pass(5_000);
      screen.say('SIGINT: stopping');
      expect(shown().join('\n')).toContain('SIGINT: stopping');
      expect(shown().join('\n')).not.toMatch(/▸|FAILED/);
      return wrap(`${'word '.repeat(20)}\nnext`);
    });
    expect(answer.split('\n')).toHaveLength(3);
    expect(shown().join('\n')).toContain('FAILED');
  });
});
