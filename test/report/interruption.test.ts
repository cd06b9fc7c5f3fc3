import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import { followCourse } from '../../src/report/index.ts';

const at = '2026-01-01T00:00:00.000Z';
const described = { number: '2', title: 'Make it', depth: 0, place: 'x.yaml:1:1', kind: 'request' } as const;
const started = (step: string, phase: 'steps' | 'rollback' = 'steps'): Event => ({
  ...{ at, type: 'step-started', step, phase, ...described },
});
const call = { connection: 'es', effect: 'write', request: 'PUT /a', opaque_id: 'o' } as const;
const intended: Event = { at, type: 'write-intended', purpose: 'step', step: 'a', attempt: 1, call };
const answered: Event = {
  ...{ at, type: 'response', purpose: 'step', step: 'a', call, status: 200, duration_ms: 1, warnings: [] },
};
const rollingBack: Event = { at, type: 'rollback-started', of: ['a'] };

describe('what is said at a signal', () => {
  it.for([
    ['a write is in flight', [started('a'), intended], 'stopping after the call in flight, PUT /a on es. Then:'],
    ['a step waits', [started('a'), intended, answered], 'stopping at a (Make it). Then:'],
    ['nothing runs', [], 'stopping. Then: any steps of always, and the rollback of what was sent.'],
    ['it rolls back', [rollingBack, started('r', 'rollback')], 'the rollback continues; now: r (Make it).'],
  ] as const)('names what is finished first, and what a second one skips, where %s', ([, events, text]) => {
    const course = followCourse('on-failure');
    for (const event of events) course.follow(event);
    expect(course.stopText(true)).toContain(text);
    expect(course.stopText(true)).toMatch(/A second signal (skips the rollback|stops it after the call in flight)\.$/);
  });

  it('does not speak of a rollback that nobody wants', () => {
    expect(followCourse('never').stopText(true)).toBe(
      'stopping. Then: any steps of always. No rollback, as requested.',
    );
  });

  it('says what a second one leaves out', () => {
    const course = followCourse('on-failure');
    for (const event of [started('a'), intended]) course.follow(event);
    expect(course.stopText(false)).toBe(
      'no rollback. Stopping after the call in flight, PUT /a on es; any steps of always still run.',
    );
    course.follow(rollingBack);
    expect(course.stopText(false)).toBe('stopping the rollback after the call in flight, PUT /a on es.');
  });
});
