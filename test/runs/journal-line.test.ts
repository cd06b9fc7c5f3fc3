import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { formats, subjectOf } from '../../src/report/index.ts';
import { linesOf } from '../../src/report/run-lines.ts';
import { lineProblem } from '../../src/runs/journal-line.ts';
import { isObject, type Json } from '../../src/text/index.ts';
import { badDaySubject } from '../report/bad-day.ts';

type Path = readonly string[];

function pathsIn(value: Json, path: Path = []): Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, item]) => pathsIn(item as Json, [...path, key]))];
}

function withAt(value: Json, [key, ...rest]: Path, item: Json): Json {
  if (key === undefined) return item;
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === key ? withAt(one, rest, item) : one));
  const members = isObject(value) ? value : {};
  return { ...members, [key]: withAt(members[key] ?? {}, rest, item) };
}

describe('a line of a journal', () => {
  const started = { previous: '', at: '', type: 'step-started', step: 'a', number: '1', title: 't' };
  const step = { ...started, phase: 'steps', kind: 'request', depth: 0, place: 'x.yaml:1:2' };
  const failed = { ...step, type: 'step-finished', outcome: 'failed' };
  const lost = { kind: 'lock-lost', connection: 'es' };

  it('is an event, with or without what it need not have', () => {
    expect(lineProblem(step)).toBeUndefined();
    expect(lineProblem(failed)).toBeUndefined();
    expect(lineProblem({ ...failed, reason: { kind: 'not-sent', cause: lost }, saved: { a: [{}] } })).toBeUndefined();
    expect(lineProblem({ ...failed, reason: { kind: 'not-sent', cause: lost, again: true } })).toBeUndefined();
  });

  it.each<[Json, string]>([
    [{ ...failed, reason: { kind: 'hunter22' } }, 'step-finished: "reason.kind" has a value that is not known here'],
    [{ ...failed, reason: 'hunter22' }, 'step-finished: "reason" has a value that is not known here'],
    [
      { ...failed, reason: { kind: 'not-sent', cause: { kind: 'lock-lost' } } },
      'step-finished: "reason.cause.connection" is missing',
    ],
    [{ ...failed, sealed: { 'hunter 22': 1 } }, 'step-finished: "sealed.…" is not of type string'],
    [{ ...failed, hunter22: 1 }, 'step-finished: it has an unknown key'],
    [{ ...step, depth: 'hunter22' }, 'step-started: "depth" is not of type integer'],
    [{ ...step, type: 'hunter22' }, 'it is of no type that is known here'],
    ['hunter22', 'it is of no type that is known here'],
  ])('is not: %j', (line, problem) => {
    expect(lineProblem(line)).toBe(problem);
  });

  it('is not nested without end', () => {
    let reason: Json = { kind: 'decided' };
    for (let level = 0; level < 100_000; level++) reason = { kind: 'not-sent', cause: reason };
    expect(lineProblem({ ...failed, reason })).toBe('it is nested too deeply');
  });

  it('is shown by every view, whatever its schema lets through', async () => {
    const { bytes, run } = await badDaySubject();
    const events: Json[] = JSON.parse(JSON.stringify(run?.events));
    const seen = new Set<string>();
    let shown = 0;
    for (const [index, event] of events.entries()) {
      for (const path of pathsIn(event)) {
        const place = `${(event as { type: string }).type} ${path.join('.')}`;
        if (seen.has(place)) continue;
        seen.add(place);
        for (const value of ['', 'x', -1, 0.5, 1e300, [], {}, null, true]) {
          const changed = withAt(event, path, value);
          const line = isObject(changed) ? { previous: '', ...changed } : changed;
          if (lineProblem(line) !== undefined) continue;
          const all = events.with(index, changed) as unknown as Event[];
          linesOf(all[index] as Event, true);
          formats.junit.render(subjectOf({ plan: bytes, events: all, head: '' }));
          shown++;
        }
      }
    }
    expect(shown).toBeGreaterThan(300);
  });
});
