import { describe, expect, it } from 'vitest';
import { linesOf, summaryText } from '../../src/report/index.ts';
import { badDay } from './bad-day.ts';

describe('a run in plain lines', () => {
  it('says for a log what happened, and at its end what it means', async () => {
    const { events, summary } = await badDay();
    const text = `${events.flatMap((event) => linesOf(event)).join('\n')}\n\n${summaryText(summary, { run: 'run-1', head: 'e3b0c4' })}`;
    await expect(text).toMatchFileSnapshot('../golden/run.txt');
  });

  it('shows every call and assertion to who asks for them', async () => {
    const { events } = await badDay();
    const text = events.flatMap((event) => linesOf(event, true)).join('\n');
    await expect(text).toMatchFileSnapshot('../golden/show.txt');
    for (const hidden of ['the-secret-key', '\u001b']) expect(text).not.toContain(hidden);
  });
});
