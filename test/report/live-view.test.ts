import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plainView, summaryText } from '../../src/report/index.ts';
import { laidOut } from '../../src/report/live/line.ts';
import { liveView } from '../../src/report/live/live-view.ts';
import { ok, runIn } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { screenOf, stories, swapPlan } from './live-runs.ts';

const at80 = { columns: 80, hasColour: false };
const names = Object.keys(stories) as (keyof typeof stories)[];

describe('a run on a terminal', () => {
  it.each(names)('is told: %s', async (name) => {
    await expect(screenOf(await stories[name](), at80)).toMatchFileSnapshot(`../golden/live/${name}.txt`);
  });

  it('shows what runs side by side, each step below its own block', async () => {
    const plan = planOf(`  - id: item
    title: The item {{item}}
    on: es
    for_each: [a, b, c, d, e, f]
    parallel: 6
    steps:
      - { id: look, title: Look, call: 'GET /{{item}}', expect: { status: [200, 404] } }
      - { id: put, title: Put, call: 'PUT /{{item}}', keep: wanted }
`);
    const { events } = await runIn(plan);
    const view = liveView(plan, { mode: 'real', isVerbose: false });
    let most: string[] = [];
    const said = events.flatMap((event) => {
      const lines = view.show(event).map((line) => laidOut(line, at80));
      const now = view.now(Date.parse(event.at)).map((line) => laidOut(line, at80));
      if (now.length > most.length) most = now;
      return lines;
    });
    expect(most.filter((line) => line.startsWith('▸'))).toHaveLength(4);
    expect(most.join('\n')).toContain('and 2 more at once');
    for (const item of ['a', 'b', 'f'])
      expect(said.filter((line) => line.includes(`The item ${item}`))).toHaveLength(1);
    expect(said.filter((line) => line.includes('Put'))).toHaveLength(6);
    expect(view.now(0).some((line) => line.mark === 'running')).toBe(false);
  });

  it.each([60, 200])('fits %i columns, and breaks at words', async (columns) => {
    const screen = screenOf(await stories.failure(), { columns, hasColour: false });
    await expect(screen).toMatchFileSnapshot(`../golden/live/failure-${columns}.txt`);
    for (const line of screen.split('\n')) expect(line.replace(/^│ /, '').length).toBeLessThan(columns);
  });

  it('has a line for each step where somebody wants that', async () => {
    await expect(screenOf(await stories.resume(), at80, true)).toMatchFileSnapshot('../golden/live/resume-verbose.txt');
  });

  it('says the same in colour', async () => {
    const story = await stories.failure();
    const inColour = screenOf(story, { ...at80, hasColour: true });
    expect(stripVTControlCharacters(inColour)).toBe(screenOf(story, at80));
    expect(inColour).toContain('\u001b[31m✖\u001b[39m');
  });

  it.each(names)('says why a step has failed once, and no secret: %s', async (name) => {
    const story = await stories[name]();
    const screen = screenOf(story, { columns: 1_000, hasColour: false });
    const view = plainView(swapPlan, { mode: story.mode ?? 'real', before: story.before ?? [] });
    const log = story.run.events.flatMap(view.show);
    const end = summaryText(story.run.summary, { run: 'r', head: 'h', isTold: view.isTold });
    for (const text of [screen, `${log.join('\n')}\n${end}`]) {
      // Two rollbacks that fail are failures of their own.
      const failures = name === 'failed-rollback' ? 3 : 1;
      for (const words of ['repository_exception', 'timed out after 30s', 'Ask the storage team.'])
        expect(text.split(words).length - 1).toBeLessThanOrEqual(failures);
      expect(text).not.toContain('the-secret-key');
    }
  });

  it('says of a closed index how long, and not after it may be open again', async () => {
    const { run } = await stories.success();
    const view = liveView(swapPlan, { mode: 'real', isVerbose: false });
    const said = run.events.map((event) => {
      view.show(event);
      const step = 'step' in event ? event.step : undefined;
      const text = view
        .now(Date.parse(event.at) + 14_000)
        .map((line) => laidOut(line, at80))
        .join(' ');
      return {
        event: `${event.type} ${step}`,
        closed: /\.kibana_1, \.security-7 (.*?) on es; +open opens them/.exec(text)?.[1],
      };
    });
    const first = (event: string) => said.findLast((one) => one.event === event)?.closed;
    expect(first('write-intended close')).toBeUndefined();
    expect(first('response close')).toBe('closed for 14 s');
    expect(first('write-intended restore')).toBe('closed for 14 s');
    expect(first('response restore')).toBe('closed 14 s ago');
    expect(first('step-finished open')).toBeUndefined();
    expect(said.at(-1)?.closed).toBeUndefined();
  });

  it('does not call closed what a server has not closed', async () => {
    for (const [answer, words] of [
      [ok({ error: { type: 't', reason: 'r' } }, 403), undefined],
      [ok({ acknowledged: false }), 'possibly closed for 3 s'],
      [ok({}, 504), 'possibly closed for 3 s'],
    ] as const) {
      const run = await runIn(swapPlan, {
        answer: (call) => (call.endsWith('_close') ? answer : call === 'GET /look' ? ok({ n: 'a' }) : ok()),
      });
      const view = liveView(swapPlan, { mode: 'real', isVerbose: false });
      let text = '';
      for (const event of run.events) {
        view.show(event);
        if (event.type === 'response' && event.call.request.endsWith('_close') && event.purpose === 'step')
          text = view
            .now(Date.parse(event.at) + 3_000)
            .map((line) => line.text)
            .join('\n');
      }
      if (words === undefined) expect(text).not.toContain('closed');
      else expect(text).toContain(`.kibana_1, .security-7 ${words} on es; open opens them`);
    }
  });

  it('counts the steps, and says which iteration is running', async () => {
    const { run } = await stories.success();
    const view = liveView(swapPlan, { mode: 'real', isVerbose: false });
    const places = run.events.flatMap((event) => {
      view.show(event);
      if (event.type !== 'step-started' || event.kind !== 'request') return [];
      const lines = view.now(Date.parse(event.at));
      return [`${lines[0]?.text.split(':')[0]} | ${lines.at(-1)?.text}`];
    });
    expect(places).toContain('document#2 | step 6 of 11 · 0 s');
    expect(places).toContain('restored | step 9 of 11 · 0 s');
    expect(places.at(-1)).toBe('7 check | step 11 of 11 · 20 s');
  });

  it('says a warning of a server once', async () => {
    const plan = planOf('  - { id: a, on: es, call: GET /a, until: { n: 5 } }\n');
    const run = await runIn(plan, { answer: (_call, n) => ({ ...ok({ n }), warnings: ['this API is deprecated'] }) });
    const screen = screenOf({ plan, run }, at80);
    expect(screen.match(/this API is deprecated/g)).toHaveLength(1);
  });

  it('shows no text of a runbook or a server as anything but text', async () => {
    const plan = planOf(
      `  - { id: a, title: "x\\u001b[31my", on: es, call: GET /a, expect: { message: "m\\u202en" } }\n`,
    );
    const run = await runIn(plan, { answer: () => ok({ error: { type: 't', reason: '\u001b[2J' } }, 500) });
    expect(screenOf({ plan, run }, at80).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
