import { describe, expect, it } from 'vitest';
import type { Event, Progress } from '../../src/engine/index.ts';
import { detailedLines, plainView } from '../../src/report/index.ts';
import { measuresText, progressFold } from '../../src/report/progress-text.ts';
import { planOf } from '../support.ts';

const start = Date.UTC(2026, 0, 1);
const at = (seconds: number) => start + seconds * 1_000;
const seen = (seconds: number, ...measures: Progress[]): Event => ({
  type: 'progress',
  step: 'a',
  measures,
  at: new Date(at(seconds)).toISOString(),
});
const shards = (done: number, total?: number): Progress => ({
  done,
  ...(total === undefined ? {} : { total }),
  unit: 'shards',
});
const bytes = (done: number, total?: number): Progress => ({
  done,
  ...(total === undefined ? {} : { total }),
  unit: 'bytes',
});
const described = { number: '1', title: 't', phase: 'steps', kind: 'request', depth: 0, place: 'a.yaml:1:1' } as const;
const ended: Event = {
  type: 'step-finished',
  step: 'a',
  outcome: 'done',
  ...described,
  at: new Date(start).toISOString(),
};

/** The text after these events, when the last one came or so many seconds later. */
function textOf(events: readonly Event[], later = 0): string | undefined {
  const fold = progressFold();
  for (const event of events) fold.take(event);
  return fold.text('a', Date.parse(events.at(-1)?.at ?? '') + later * 1_000);
}

describe('measures', () => {
  it.each([
    [[shards(12, 48)], '12 of 48 shards'],
    [[shards(12)], '12 shards'],
    [[shards(0, 1)], '0 of 1 shards'],
    [[{ done: 1_234_567, total: 20_000_000, unit: 'documents' }], '1,234,567 of 20,000,000 documents'],
    [[{ done: 43.27, total: 100, unit: 'percent' }], '43.2 of 100 percent'],
    [[bytes(3_149_000_000, 9_800_000_000)], '3.1 of 9.8 GB'],
    [[bytes(9_799_999_999, 9_800_000_000)], '9.7 of 9.8 GB'],
    [[bytes(9_800_000_000, 9_800_000_000)], '9.8 of 9.8 GB'],
    [[bytes(0, 350)], '0 of 350 B'],
    [[bytes(0, 250_000)], '0 of 250 kB'],
    [[bytes(99, 250_000)], '0.0 of 250 kB'],
    [[bytes(1_500_000)], '1.5 MB'],
    [[shards(12, 48), bytes(3_100_000_000, 9_800_000_000)], '12 of 48 shards, 3.1 of 9.8 GB'],
  ])('%j are %s', (measures, text) => {
    expect(measuresText(measures)).toBe(text);
  });
});

describe('rate and time left', () => {
  const first = seen(0, shards(10, 48), bytes(2_500_000_000, 9_800_000_000));
  const second = seen(5, shards(12, 48), bytes(3_100_000_000, 9_800_000_000));

  it('are not said before there is a rate', () => {
    expect(textOf([first])).toBe('10 of 48 shards, 2.5 of 9.8 GB');
  });

  it('go by the bytes, where there are some', () => {
    expect(textOf([first, second])).toBe('12 of 48 shards, 3.1 of 9.8 GB, 120 MB/s, about 56 s left');
    expect(textOf([seen(0, shards(1, 48)), seen(30, shards(3, 48))])).toBe(
      '3 of 48 shards, 4 shards/min, about 11 min left',
    );
  });

  it('take into account how long ago that was', () => {
    expect(textOf([first, second], 20)).toContain('about 36 s left');
  });

  it.each([
    ['there is no total', [seen(0, bytes(1_000)), seen(5, bytes(6_000))], '6.0 kB, 1.0 kB/s'],
    ['the total grows', [seen(0, bytes(1_000, 8_000)), seen(5, bytes(6_000, 90_000))], '6.0 of 90.0 kB, 1.0 kB/s'],
    ['all is done', [seen(0, bytes(1_000, 6_000)), seen(5, bytes(6_000, 6_000))], '6.0 of 6.0 kB, 1.0 kB/s'],
    ['nothing moves', [seen(0, bytes(1_000, 8_000)), seen(30, bytes(1_000, 8_000))], '1.0 of 8.0 kB'],
    ['it has begun anew', [seen(0, bytes(5_000, 8_000)), seen(5, bytes(1_000, 8_000))], '1.0 of 8.0 kB'],
    ['the clock was set back', [seen(60, bytes(1_000, 8_000)), seen(5, bytes(2_000, 8_000))], '2.0 of 8.0 kB'],
    ['another step has begun', [seen(0, bytes(1_000, 8_000)), ended, seen(5, bytes(2_000, 8_000))], '2.0 of 8.0 kB'],
  ])('say no time left where %s', (_why, events, text) => {
    expect(textOf(events)).toBe(text);
  });

  it('are not said of what was seen too long ago', () => {
    expect(textOf([first, second], 46)).toBe('12 of 48 shards, 3.1 of 9.8 GB');
  });

  it('say how long nothing has changed, from a minute on', () => {
    const still = [0, 30, 60, 90, 180].map((seconds) => seen(seconds, shards(1, 2)));
    expect(textOf(still.slice(0, 2))).toBe('1 of 2 shards');
    expect(textOf(still.slice(0, 3))).toBe('1 of 2 shards, unchanged for 60 s');
    expect(textOf(still)).toBe('1 of 2 shards, unchanged for 3 min');
    expect(textOf([...still, seen(185, shards(2, 4))])).not.toContain('unchanged');
  });

  it('are those of the last minute, or between two polls that are further apart', () => {
    const slow = [seen(0, bytes(0, 90_000)), seen(300, bytes(3_000, 90_000))];
    expect(textOf(slow)).toBe('3.0 of 90.0 kB, 10 B/s, about 2 h 25 min left');
    const faster = [seen(0, bytes(0)), seen(1_000, bytes(1_000)), seen(1_030, bytes(2_000)), seen(1_065, bytes(8_000))];
    expect(textOf(faster)).toBe('8.0 kB, 108 B/s');
  });

  it('rest on a few samples, however many there were', () => {
    const many = Array.from({ length: 20_000 }, (_, count) => seen(count * 5, bytes(count * count, 1_000_000_000)));
    expect(textOf(many)).toBe(textOf(many.slice(-20)));
    const quick = Array.from({ length: 2_000 }, (_, count) => seen(count / 100, bytes(count * count, 1_000_000_000)));
    expect(textOf(quick)).toBe(textOf(quick.slice(-16)));
  });

  it('are gone with the step', () => {
    expect(textOf([first, second, ended])).toBeUndefined();
  });
});

describe('progress in plain lines', () => {
  const plan = planOf('  - { id: look, on: es, call: GET / }\n');
  const linesOf = (events: readonly Event[]) => {
    const { show } = plainView(plan, { mode: 'real' });
    return events.flatMap(show).map((line) => line.slice('2026-01-01T'.length));
  };

  it('is said at once, then every thirty seconds, and every five minutes where nothing changes', () => {
    const moving = Array.from({ length: 13 }, (_, count) => seen(count * 5, bytes(count * 1_000, 60_000)));
    expect(linesOf(moving)).toEqual([
      '00:00:00Z      0 of 60.0 kB',
      '00:00:30Z      6.0 of 60.0 kB, 200 B/s, about 5 min left',
      '00:01:00Z      12.0 of 60.0 kB, 200 B/s, about 4 min left',
    ]);
    const still = Array.from({ length: 25 }, (_, count) => seen(count * 30, shards(1, 2)));
    expect(linesOf(still)).toEqual([
      '00:00:00Z      1 of 2 shards',
      '00:05:00Z      1 of 2 shards, unchanged for 5 min',
      '00:10:00Z      1 of 2 shards, unchanged for 10 min',
    ]);
  });

  it('has its rate in each line for those who want all of them', () => {
    const lines = detailedLines();
    const moving = Array.from({ length: 3 }, (_, count) => seen(count * 5, bytes(count * 1_000, 60_000)));
    expect(moving.flatMap(lines).map((line) => line.slice(22))).toEqual([
      '    0 of 60.0 kB',
      '    1.0 of 60.0 kB, 200 B/s, about 5 min left',
      '    2.0 of 60.0 kB, 200 B/s, about 5 min left',
    ]);
  });
});
