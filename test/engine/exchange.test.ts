import { describe, expect, it } from 'vitest';
import { exchange, recordedCall } from '../../src/engine/exchange.ts';
import { Cancelled, createRedactor, type Ports, type SendResult } from '../../src/engine/index.ts';
import { ok } from './world.ts';

const request = { type: 'http', connection: 'es', identity: 'ops', method: 'PUT', path: '/x', body: { a: 1 } } as const;
const recorded = recordedCall(request, 'write', 'runbook/run-1/make');
const call = { effect: 'write', request, timeout_ms: 1_000, opaque_id: recorded.opaque_id } as const;
const owner = { purpose: 'step', step: 'make' } as const;

async function exchanged(
  send: () => Promise<SendResult>,
  inspect?: NonNullable<Parameters<typeof exchange>[4]>['inspect'],
) {
  const events: unknown[] = [];
  const ports = { send, monotonic: () => 0 } as unknown as Ports;
  const recorder = {
    redactor: createRedactor(),
    record: async (event: unknown) => {
      events.push(event);
      return '';
    },
    problem: () => undefined,
  };
  const run = { ports, recorder: { ...recorder, isUnrecorded: () => false } };
  return { result: await exchange(call, recorded, owner, run, inspect ? { inspect } : {}), events };
}

describe('an exchange', () => {
  it('is recorded with its response, once that was inspected', async () => {
    let before = -1;
    const { events } = await exchanged(
      async () => ok({ error: { type: 't', reason: 'r' } }, 400),
      () => {
        before = 0;
        return { as_expected: false };
      },
    );
    expect(before).toBe(0);
    expect(events).toEqual([
      {
        ...{ type: 'response', ...owner, call: recorded, duration_ms: 0, status: 400, warnings: [] },
        ...{ as_expected: false, error: { type: 't', reason: 'r' } },
      },
    ]);
    expect(recorded).toMatchObject({ connection: 'es', identity: 'ops', request: 'PUT /x', body: { a: 1 } });
  });

  it('with a client that fails may have been sent', async () => {
    const { result, events } = await exchanged(() => Promise.reject(new Error('a bug')));
    expect(result).toEqual({ kind: 'no-response', sent: 'maybe', cause: 'exception', message: 'a bug' });
    expect(events).toMatchObject([{ type: 'no-response', reason: { cause: 'exception' } }]);
  });

  it('lets the end of its process through', async () => {
    await expect(exchanged(() => Promise.reject(new Cancelled()))).rejects.toBeInstanceOf(Cancelled);
  });
});
