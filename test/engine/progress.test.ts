import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import type { PlannedRequest } from '../../src/plan/index.ts';
import { planOf } from '../support.ts';
import { lost, ok, runIn, until } from './world.ts';

const poll = (keys: string, options: Parameters<typeof planOf>[1] = {}) =>
  planOf(`  - { id: a, on: es, call: GET /a, until: { state: OK }, ${keys} }\n`, options);
const own = 'progress: { done: done, total: total, unit: documents }';
const asked =
  'progress: { call: GET /far, measures: [{ done: shards.done, total: shards.total, unit: shards }, { done: bytes, unit: bytes }] }';
/** Busy until the nth poll. */
const busy = (last: number, numbers: (count: number) => object) => (call: string, count: number) =>
  call === 'GET /a' ? ok({ state: count < last ? 'BUSY' : 'OK', ...numbers(count) }) : undefined;
const progressIn = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'progress' ? [event] : []));

describe('the progress of a poll', () => {
  it('is recorded from its own response, before it waits', async () => {
    const answer = busy(3, (count) => ({ done: count * 10, total: 30 }));
    const { events, summary } = await runIn(poll(`every: 10s, ${own}`), {
      answer: (...call) => answer(...call) ?? ok(),
    });
    expect(summary.outcome).toBe('done');
    expect(progressIn(events).map(({ measures }) => measures)).toEqual([
      [{ done: 10, total: 30, unit: 'documents' }],
      [{ done: 20, total: 30, unit: 'documents' }],
    ]);
    const types = events.filter((event) => 'step' in event && event.step === 'a').map(({ type }) => type);
    expect(types.slice(0, 4)).toEqual(['step-started', 'response', 'progress', 'waiting']);
  });

  it('is asked of another call, with another identity, under an id of its own', async () => {
    const plan = poll(asked.replace('call:', 'as: recovery, call:'));
    expect((plan.steps[0] as PlannedRequest).progress?.request).toMatchObject({ path: '/far', identity: 'recovery' });
    const answer = busy(2, () => ({}));
    const { events, calls, summary } = await runIn(plan, {
      answer: (...call) => answer(...call) ?? ok({ shards: { done: 1, total: 4 }, bytes: 10 }),
    });
    expect(summary.outcome).toBe('done');
    expect(progressIn(events).map(({ measures }) => measures)).toEqual([
      [
        { done: 1, total: 4, unit: 'shards' },
        { done: 10, unit: 'bytes' },
      ],
    ]);
    const read = calls.find(({ request }) => request.type === 'http' && request.path === '/far');
    expect(read).toMatchObject({
      effect: 'read',
      opaque_id: 'runbook/run-1/a/progress',
      request: { identity: 'recovery' },
    });
  });

  it('of twelve hours takes an event every five seconds where it changes, and every thirty where it does not', async () => {
    const hours = 12 * 3_600;
    const moving = busy(hours, (count) => ({ done: count, total: hours }));
    const { events } = await runIn(poll(`every: 1s, timeout: 24h, ${own}`), {
      answer: (...call) => moving(...call) ?? ok(),
    });
    expect(progressIn(events).length).toBe(Math.floor((hours - 2) / 5) + 1);
    const still = busy(hours, () => ({ done: 1, total: 2 }));
    const standing = await runIn(poll(`every: 1s, timeout: 24h, ${own}`), {
      answer: (...call) => still(...call) ?? ok(),
    });
    expect(progressIn(standing.events).length).toBe(Math.floor((hours - 2) / 30) + 1);
  });

  it('is asked at most every five seconds, and less often while it fails', async () => {
    const polls = 3_600;
    const reads = async (far: () => ReturnType<typeof ok>) => {
      const answer = busy(polls, () => ({}));
      const { sent, summary } = await runIn(poll(`every: 1s, timeout: 2h, ${asked}`), {
        answer: (...call) => answer(...call) ?? far(),
      });
      expect(summary.outcome).toBe('done');
      return sent.filter((call) => call === 'GET /far').length;
    };
    expect(await reads(() => ok({ bytes: 1 }))).toBe(Math.ceil((polls - 1) / 5));
    expect(await reads(() => ok({}, 503))).toBeLessThan(polls / 50);
  });

  it.each([
    ['is refused', () => ok({}, 401)],
    ['is not there', () => ok({}, 404)],
    ['is not answered', () => lost()],
    ['has no numbers', () => ok({ shards: { done: 'two', total: [] }, bytes: null })],
    ['is no mapping', () => ok('a page')],
    ['is less than nothing', () => ok({ shards: { done: -1, total: 2 } })],
  ])('fails nothing where it %s', async (_how, far) => {
    const answer = busy(20, () => ({}));
    const { events, outcomes, sent } = await runIn(poll(asked), { answer: (...call) => answer(...call) ?? far() });
    expect(outcomes.a).toBe('done');
    expect(progressIn(events)).toEqual([]);
    expect(sent.filter((call) => call === 'GET /a')).toHaveLength(20);
    expect(sent).toContain('GET /far');
  });

  it('takes no poll from the time that there is', async () => {
    const answer = (call: string) => (call === 'GET /a' ? ok({ state: 'BUSY' }) : lost());
    const { sent, calls, reasons } = await runIn(poll(`every: 10s, timeout: 1m, ${asked}`), { answer });
    expect(sent.filter((call) => call === 'GET /a')).toHaveLength(7);
    expect(reasons.a).toContain('timed out after 1m');
    const patience = calls.flatMap(({ request, timeout_ms }) =>
      request.type === 'http' && request.path === '/far' ? [timeout_ms] : [],
    );
    expect(Math.max(...patience)).toBe(5_000);
    // Seven seconds before the end nobody is asked who would answer after it.
    const tight = await runIn(poll(`every: 10s, timeout: 10s, ${asked}`), { answer });
    expect(tight.sent).not.toContain('GET /far');
  });

  it('leaves a total out that cannot be one: none, less than what is done, one that is not known', async () => {
    const steps = (total: string) =>
      planOf(
        `  - { id: first, on: es, call: GET /first, save: { count: count } }\n  - { id: a, on: es, call: GET /a, until: { state: OK }, progress: { done: done, total: ${total}, unit: documents } }\n`,
      );
    const totalOf = async (total: string, numbers: object, count: number | null) => {
      const answer = busy(2, () => numbers);
      const { events } = await runIn(steps(total), { answer: (...call) => answer(...call) ?? ok({ count }) });
      return progressIn(events)[0]?.measures[0]?.total;
    };
    expect(await totalOf('total', { done: 0, total: 0 }, 1)).toBeUndefined();
    expect(await totalOf('total', { done: 3, total: 2 }, 1)).toBeUndefined();
    expect(await totalOf('500', { done: 3 }, 1)).toBe(500);
    expect(await totalOf("'{{steps.first.count}}'", { done: 3 }, 40)).toBe(40);
    expect(await totalOf("'{{steps.first.count}}'", { done: 3 }, null)).toBeUndefined();
  });

  it('is not shown where it is a secret', async () => {
    const answer = busy(2, () => ({ done: 48_151_623, total: 48_151_624 }));
    const { events } = await runIn(poll(own), {
      answer: (...call) => answer(...call) ?? ok(),
      secrets: { key: '48151623' },
    });
    expect(progressIn(events)).toEqual([]);
    expect(JSON.stringify(events)).not.toContain('48151623');
  });

  it('is not read in a dry run, nor once the run is to stop', async () => {
    const answer = (call: string) => (call === 'GET /a' ? ok({ state: 'BUSY' }) : ok({ bytes: 1 }));
    expect((await runIn(poll(asked), { answer, mode: 'dry' })).sent).not.toContain('GET /far');
    const stopped = await runIn(poll(asked), {
      answer,
      interruptedAt: (event) => event.type === 'response' && event.purpose === 'step',
    });
    expect(stopped.sent).not.toContain('GET /far');
    expect(stopped.summary.outcome).toBe('interrupted');
  });

  it('does not matter to whoever goes on with the run', async () => {
    const answer = busy(3, () => ({}));
    const world = { answer: (...call: [string, number]) => answer(...call) ?? ok({ bytes: 1 }) };
    const { events } = await runIn(poll(asked), world);
    const resumed = await runIn(poll(asked), { ...world, journal: until(events, ({ type }) => type === 'progress') });
    expect(resumed.summary.outcome).toBe('done');
    expect(resumed.outcomes).toEqual({ a: 'done' });
  });
});
