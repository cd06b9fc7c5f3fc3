import { describe, expect, it } from 'vitest';
import { Cancelled, createRedactor, type Event } from '../../src/engine/index.ts';
import { createRecorder } from '../../src/engine/recorder.ts';

const now = () => Date.UTC(2026, 0, 1);

describe('the recorder', () => {
  it('stamps an event and takes the secrets out of it', async () => {
    const events: Event[] = [];
    const redactor = createRedactor();
    redactor.add('hunter22');
    const recorder = createRecorder({ now, record: async (event) => void events.push(event) }, redactor);
    const reason = { kind: 'template-error', message: 'hunter22 is no list' } as const;
    await recorder.record({ type: 'waiting', step: 'a', reason, ms: 1 });
    expect(events).toEqual([
      {
        at: '2026-01-01T00:00:00.000Z',
        type: 'waiting',
        step: 'a',
        reason: { kind: 'template-error', message: '‹secret› is no list' },
        ms: 1,
      },
    ]);
  });

  it('keeps the kinds of reasons, whatever is secret', async () => {
    const events: Event[] = [];
    const redactor = createRedactor();
    for (const word of ['not-sent', 'timeout', 'no-response', 'body', 'status']) redactor.add(word);
    const recorder = createRecorder({ now, record: async (event) => void events.push(event) }, redactor);
    const failed = [{ of: 'body', subject: 'status', expect: 'timeout', actual: 'body', passed: false }] as const;
    await recorder.record({
      type: 'effect-checked',
      step: 'a',
      effect: 'unknown',
      reason: { kind: 'not-sent', cause: { kind: 'unexpected-response', failed } },
    });
    await recorder.record({
      type: 'waiting',
      step: 'a',
      ms: 1,
      reason: { kind: 'no-response', sent: 'no', cause: 'timeout', message: 'timeout' },
    });
    expect(events[0]).toMatchObject({
      reason: {
        kind: 'not-sent',
        cause: { failed: [{ of: 'body', subject: '‹secret›', expect: '‹secret›', actual: '‹secret›' }] },
      },
    });
    expect(events[1]).toMatchObject({ reason: { kind: 'no-response', cause: 'timeout', message: '‹secret›' } });
  });

  it('says what could not be recorded, and whether the last event was', async () => {
    const errors: (Error | undefined)[] = [
      new Error('no space left'),
      undefined,
      Object.assign(new Error('reserve'), { isKept: true }),
    ];
    const record = async () => {
      const error = errors.shift();
      if (error) throw error;
    };
    const recorder = createRecorder({ now, record }, createRedactor());
    const states: boolean[] = [];
    for (let event = 0; event < 3; event++) {
      await recorder.record({ type: 'interrupted' });
      states.push(recorder.isUnrecorded());
    }
    expect(states).toEqual([true, false, false]);
    expect(recorder.problem()).toBe('no space left');
  });

  it('lets the end of its process through', async () => {
    const record = () => Promise.reject(new Cancelled());
    const recorder = createRecorder({ now, record }, createRedactor());
    await expect(recorder.record({ type: 'interrupted' })).rejects.toBeInstanceOf(Cancelled);
  });
});
