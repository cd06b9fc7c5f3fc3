import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Call,
  createRedactor,
  type Event,
  type Ports,
  type Reason,
  type Response,
  run,
  type SendResult,
} from '../../src/engine/index.ts';
import type { Plan } from '../../src/plan/index.ts';
import { linesOf } from '../../src/report/index.ts';
import { answerClusterRequest } from '../../src/sandbox/world/cluster.ts';
import { logins, seededWorld } from '../../src/sandbox/world/seeds.ts';
import { isObject, type Json, type JsonObject } from '../../src/text/index.ts';
import { createClock } from '../clock.ts';
import { planOf } from '../support.ts';

const authorization = `Basic ${Buffer.from(`elastic:${logins.elasticAtSource}`).toString('base64')}`;
const lock = '/runbook-locks/_doc/cluster';
const path = '/_snapshot/own';
const bucket = { bucket: 'runbook-sandbox', access_key_id: 'LTAI-sandbox', secret_access_key: 'secret-of-the-sandbox' };

/** A cluster of the sandbox without a network, and a clock that goes on only while somebody sleeps. */
function aCluster() {
  let world = seededWorld({ source: '7.10.2', destination: '7.10.2' }, 'oss.example', Date.UTC(2026, 0, 1));
  const clock = createClock(Date.UTC(2026, 0, 1));
  const { now } = clock;
  const send = (method: string, target: string, body?: Json): Response => {
    const url = new URL(target, 'http://es');
    const outcome = answerClusterRequest(world, 'source', {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? '' : JSON.stringify(body),
      now: now(),
    });
    world = outcome.world;
    return { kind: 'response', status: outcome.answer.status, body: outcome.answer.body, warnings: [] };
  };
  return {
    send,
    clock,
    /** The lock document; undefined where there is none. */
    document: (): JsonObject | undefined => {
      const { body } = send('GET', lock);
      return isObject(body) && isObject(body._source) ? body._source : undefined;
    },
    snapshot: () => {
      send('PUT', path, { type: 'oss', settings: { ...bucket, endpoint: 'oss.example', base_path: 'own/' } });
      expect(send('PUT', `${path}/all?wait_for_completion=true`, {}).status).toBe(200);
    },
    restore: async () => {
      expect(send('POST', `${path}/all/_restore?wait_for_completion=true`, { indices: 'runbook-*' }).status).toBe(200);
      // The answer is held until the restore has ended.
      await clock.pass(5_000);
    },
  };
}
type Cluster = ReturnType<typeof aCluster>;

interface Operator {
  /** What happens right before a call is sent, and may answer it instead. */
  readonly before?: (call: string, count: number) => SendResult | undefined | Promise<SendResult | undefined>;
  readonly journal?: readonly Event[];
  /** The name of the process. */
  readonly process?: string;
  readonly stateOf?: Ports['stateOf'];
  readonly interruption?: Ports['interruption'];
}

/** One run against a cluster: what it sent, with the queries of its writes, and what it recorded. */
async function operate(
  cluster: Cluster,
  plan: Plan,
  id: string,
  { before, journal, process = `${id}1`, stateOf = () => 'unknown', interruption = () => 'none' }: Operator = {},
) {
  const sent: string[] = [];
  const calls: Call[] = [];
  const events: Event[] = [];
  const counts = new Map<string, number>();
  const origin = { runbook: 'test.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] };
  const summary = await run(
    plan,
    {
      id,
      planId: 'p',
      mode: 'real',
      redactor: createRedactor(),
      rollback: 'on-failure',
      clusterLock: true,
      operator: `${id}@here`,
      owner: `${id}@here`,
      process,
      version: '0.1.0',
      origin,
      ...(journal ? { journal } : {}),
    },
    {
      send: async (call) => {
        const { request } = call;
        if (request.type !== 'http') throw new Error('no bucket here');
        if (call.opaque_id.includes('/preflight/')) return cluster.send('GET', '/');
        const text = `${request.method} ${request.path}`;
        const count = (counts.get(text) ?? 0) + 1;
        counts.set(text, count);
        sent.push(text);
        calls.push(call);
        const instead = await before?.(text, count);
        if (instead) return instead;
        const query = Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, `${value}`]);
        return cluster.send(request.method, `${request.path}?${new URLSearchParams(query)}`, request.body);
      },
      sleep: cluster.clock.pass,
      now: cluster.clock.now,
      monotonic: cluster.clock.now,
      every: cluster.clock.every,
      stateOf,
      random: () => 0,
      seal: async () => '',
      confirm: async () => 'yes',
      decide: async () => 'unknown',
      record: async (event) => void events.push(event),
      interruption,
    },
  );
  const states = events.flatMap((event) => (event.type === 'lock' ? [event.state] : []));
  return { sent, calls, events, states, summary, lines: events.flatMap((event) => linesOf(event)).join('\n') };
}

const short = planOf('  - { id: make, on: es, call: PUT /made }\n');
/** Waits for more than a minute between two writes. */
const long = planOf(`  - { id: make, on: es, call: PUT /made, rollback: [{ id: unmake, call: DELETE /made }] }
  - { id: poll, on: es, call: GET /poll, until: { ready: true }, every: 40s, timeout: 1h }
  - { id: more, on: es, call: PUT /more }
`);
/** A poll is over at its fourth call. */
const polls = (call: string, count: number): SendResult | undefined =>
  call === 'GET /poll' ? { kind: 'response', status: 200, body: { ready: count > 3 }, warnings: [] } : undefined;
/** Something happens at the second poll: before the next heartbeat. */
const duringPoll = (action: () => unknown) => ({
  before: async (call: string, count: number) => {
    if (call === 'GET /poll' && count === 2) await action();
    return polls(call, count);
  },
});

describe('the lock in a cluster', () => {
  it('is acquired before the first write, kept while the run waits, and released', async () => {
    const cluster = aCluster();
    const { sent, summary, states } = await operate(cluster, long, 'a', { before: polls });
    expect(summary.outcome).toBe('done');
    expect(sent.filter((call) => call !== 'GET /poll')).toEqual([
      'GET /runbook-locks/_settings',
      'PUT /runbook-locks',
      'GET /runbook-locks/_settings',
      `PUT ${lock}`,
      'PUT /made',
      // A heartbeat, and a second one: it waits for two minutes.
      ...['GET /runbook-locks/_settings', `GET ${lock}`, `PUT ${lock}`],
      ...['GET /runbook-locks/_settings', `GET ${lock}`, `PUT ${lock}`],
      'PUT /more',
      `GET ${lock}`,
      `DELETE ${lock}`,
    ]);
    expect(states).toEqual(['acquired', 'released']);
    expect(cluster.document()).toBeUndefined();
  });

  it('has an index out of the way of others, which is created where it is missing, as the plan says', async () => {
    const cluster = aCluster();
    const first = await operate(cluster, short, 'a');
    const created = first.calls.find(({ request }) => request.type === 'http' && request.path === '/runbook-locks');
    expect(created?.request).toMatchObject({
      method: 'PUT',
      body: { settings: { index: { hidden: true, number_of_shards: 1, auto_expand_replicas: '0-1' } } },
    });
    cluster.send('DELETE', '/made');
    expect((await operate(cluster, short, 'b')).sent).toEqual([
      'GET /runbook-locks/_settings',
      `PUT ${lock}`,
      'PUT /made',
      `GET ${lock}`,
      `DELETE ${lock}`,
    ]);
  });

  it('needs neither to look at the index nor to create it: then a restored lock counts like any other', async () => {
    const forbidden: SendResult = { kind: 'response', status: 403, body: {}, warnings: [] };
    const cluster = aCluster();
    const blind = (call: string) => (/^(PUT|GET) \/runbook-locks(\/_settings)?$/.test(call) ? forbidden : undefined);
    const { summary, calls } = await operate(cluster, short, 'a', { before: blind });
    expect(summary.outcome).toBe('done');
    const written = calls.find(({ request }) => request.type === 'http' && request.path === lock)?.request;
    expect(written).toMatchObject({ body: { run: 'a' } });
    expect(written).not.toMatchObject({ body: { index: expect.anything() } });

    cluster.send('PUT', lock, { run: 'dead', owner: 'ada' });
    cluster.snapshot();
    cluster.send('DELETE', '/runbook-locks');
    await cluster.restore();
    const next = await operate(cluster, short, 'b', { before: blind });
    expect(next.summary.failure?.reason).toMatchObject({ cause: { kind: 'lock-held', holder: { run: 'dead' } } });
  });

  it('of another run keeps every write back', async () => {
    const cluster = aCluster();
    let second: Awaited<ReturnType<typeof operate>> | undefined;
    await operate(cluster, short, 'a', {
      before: async (call) => {
        if (call === 'PUT /made') second = await operate(cluster, short, 'b');
        return undefined;
      },
    });
    expect(second?.sent).toEqual(['GET /runbook-locks/_settings', `PUT ${lock}`, `GET ${lock}`]);
    expect(second?.summary.outcome).toBe('refused');
    expect(second?.summary.failure?.reason).toEqual({
      kind: 'not-sent',
      cause: {
        kind: 'lock-held',
        connection: 'es',
        holder: { run: 'a', owner: 'a@here', age_ms: 0, expired: false },
      },
    });
  });

  describe('that another process of the same run has left', () => {
    /** A run that was killed while it held the lock: its journal, and its document in a cluster. */
    async function abandoned(cluster: Cluster) {
      const { events } = await operate(aCluster(), short, 'a');
      const intended = events.findIndex((event) => event.type === 'write-intended' && event.step === 'make');
      cluster.send('PUT', lock, { run: 'a', process: 'a1', owner: 'a@here' });
      return { journal: events.slice(0, intended), process: 'a2' };
    }
    const waited = (cluster: Cluster) => cluster.clock.now() - Date.UTC(2026, 0, 1);

    it('is taken over at once where this machine knows that it has ended', async () => {
      const cluster = aCluster();
      const asked: string[] = [];
      const stateOf = (process: string) => {
        asked.push(process);
        return 'ended' as const;
      };
      const { states, summary } = await operate(cluster, short, 'a', { ...(await abandoned(cluster)), stateOf });
      expect(states).toEqual(['acquired', 'released']);
      expect(summary.outcome).toBe('done');
      expect(asked).toEqual(['a1']);
      expect(waited(cluster)).toBe(0);
    });

    it('is not taken over while this machine sees it at work, and nothing is sent', async () => {
      const cluster = aCluster();
      const run = await abandoned(cluster);
      const { states, summary, sent, lines } = await operate(cluster, short, 'a', { ...run, stateOf: () => 'alive' });
      expect(states).toEqual(['refused']);
      expect(summary).toMatchObject({ outcome: 'intervention-required', suspended: { by: 'lock' } });
      expect(sent).not.toContain('PUT /made');
      expect(lines).toContain('another process of this run is at work on es: run a of a@here');
      expect(cluster.document()).toMatchObject({ process: 'a1' });
      expect(waited(cluster)).toBe(0);
    });

    it('is taken over after two heartbeats that did not come, where nobody here can tell', async () => {
      const cluster = aCluster();
      const { states, summary, lines } = await operate(cluster, short, 'a', await abandoned(cluster));
      expect(states).toEqual(['waiting', 'acquired', 'released']);
      expect(summary.outcome).toBe('done');
      expect(lines).toContain(
        'This machine cannot tell whether that process has ended: waiting for its heartbeat, 150s',
      );
      expect(waited(cluster)).toBeGreaterThan(120_000);
    });

    it.each([1, 2])('is not taken over where a heartbeat comes in minute %i', async (minute) => {
      const cluster = aCluster();
      const run = await abandoned(cluster);
      let beats = 0;
      cluster.clock.every(60_000, async () => {
        if (++beats === minute) cluster.send('PUT', lock, { run: 'a', process: 'a1', owner: 'a@here' });
      });
      const { states, summary, sent } = await operate(cluster, short, 'a', run);
      expect(states).toEqual(['waiting', 'refused']);
      expect(summary.suspended?.reason).toMatchObject({ kind: 'run-at-work', certain: true });
      expect(sent).not.toContain('PUT /made');
    });

    it('is left alone where somebody does not want to wait', async () => {
      const cluster = aCluster();
      const run = await abandoned(cluster);
      const { summary } = await operate(cluster, short, 'a', { ...run, interruption: () => 'stop' });
      expect(summary.suspended?.reason).toMatchObject({ kind: 'run-at-work', certain: false });
      expect(cluster.document()).toMatchObject({ process: 'a1' });
    });

    it('is lost to the process that wakes up after it was taken over', async () => {
      const cluster = aCluster();
      const takeOver = () => cluster.send('PUT', lock, { run: 'a', process: 'a2', owner: 'a@there' });
      const { states, sent } = await operate(cluster, long, 'a', duringPoll(takeOver));
      expect(states).toEqual(['acquired', 'lost']);
      expect(sent).not.toContain('PUT /more');
      expect(cluster.document()).toMatchObject({ process: 'a2' });
    });
  });

  it('has its heartbeat while one call takes twenty minutes', async () => {
    const cluster = aCluster();
    const ages: number[] = [];
    cluster.clock.every(45_000, async () => {
      ages.push(cluster.clock.now() - Date.parse(String(cluster.document()?.heartbeat)));
    });
    const { states, summary } = await operate(cluster, short, 'a', {
      before: async (call) => {
        if (call === 'PUT /made') await cluster.clock.pass(20 * 60_000);
        return undefined;
      },
    });
    expect(summary.outcome).toBe('done');
    expect(states).toEqual(['acquired', 'released']);
    expect(ages.length).toBeGreaterThan(25);
    expect(Math.max(...ages)).toBeLessThanOrEqual(60_000);
  });

  it('that was lost during a call stops the next write', async () => {
    const cluster = aCluster();
    const two = planOf('  - { id: make, on: es, call: PUT /made }\n  - { id: more, on: es, call: PUT /more }\n');
    const { states, sent } = await operate(cluster, two, 'a', {
      before: async (call) => {
        if (call !== 'PUT /made') return undefined;
        cluster.send('PUT', lock, { run: 'b', owner: 'b@there' });
        await cluster.clock.pass(61_000);
        return undefined;
      },
    });
    expect(states).toEqual(['acquired', 'lost']);
    expect(sent).not.toContain('PUT /more');
  });

  it('is looked at before a write where the timer has not come, as on a machine that was suspended', async () => {
    const cluster = aCluster();
    const sleepy = { ...cluster, clock: { ...cluster.clock, every: () => async () => undefined } };
    const { states, sent } = await operate(
      sleepy,
      long,
      'a',
      duringPoll(() => cluster.send('PUT', lock, { run: 'b', owner: 'b@there' })),
    );
    expect(states).toEqual(['acquired', 'lost']);
    expect(sent).not.toContain('PUT /more');
  });

  it('that somebody has removed is lost: another run may have come and gone', async () => {
    const cluster = aCluster();
    const { states, sent, summary } = await operate(
      cluster,
      long,
      'a',
      duringPoll(() => cluster.send('DELETE', lock)),
    );
    expect(states).toEqual(['acquired', 'lost']);
    expect(sent).not.toContain('PUT /more');
    expect(summary.outcome).toBe('intervention-required');
  });

  it('that another run has now stops what is still to be written, and nothing is undone under that run', async () => {
    const cluster = aCluster();
    const { states, sent, summary } = await operate(
      cluster,
      long,
      'a',
      duringPoll(() => cluster.send('PUT', lock, { run: 'b', owner: 'b@there' })),
    );
    expect(states).toEqual(['acquired', 'lost']);
    expect(sent).not.toContain('PUT /more');
    expect(sent).not.toContain('DELETE /made');
    expect(summary.outcome).toBe('intervention-required');
    expect(summary.cleanup_failures[0]?.reason).toMatchObject({ cause: { kind: 'lock-lost', connection: 'es' } });
    expect(cluster.document()).toMatchObject({ run: 'b' });
  });

  it('that another run acquires between looking and writing the heartbeat is lost', async () => {
    const cluster = aCluster();
    const { states } = await operate(cluster, long, 'a', {
      before: (call, count) => {
        if (call === `PUT ${lock}` && count === 2) cluster.send('PUT', lock, { run: 'b', owner: 'b@there' });
        return polls(call, count);
      },
    });
    expect(states).toEqual(['acquired', 'lost']);
    expect(cluster.document()).toMatchObject({ run: 'b' });
  });
});

describe('a lock that came back with a restore', () => {
  /** A cluster whose snapshot has the lock of a run that has ended since. */
  async function afterSnapshot(): Promise<Cluster> {
    const cluster = aCluster();
    await operate(cluster, short, 'old', {
      before: (call) => {
        if (call === 'PUT /made') cluster.snapshot();
        return undefined;
      },
    });
    cluster.send('DELETE', '/made');
    return cluster;
  }

  it.each<[string, (cluster: Cluster) => void]>([
    ['deleted', (cluster) => cluster.send('DELETE', '/runbook-locks')],
    ['closed', (cluster) => cluster.send('POST', '/runbook-locks/_close')],
  ])('onto an index that was %s is no lock, and is replaced', async (_what, clear) => {
    const cluster = await afterSnapshot();
    clear(cluster);
    await cluster.restore();
    expect(cluster.document()).toMatchObject({ run: 'old' });

    const { states, summary, lines } = await operate(cluster, short, 'new');
    expect(summary.outcome).toBe('done');
    expect(states).toEqual(['acquired', 'released']);
    expect(lines).toMatch(
      /acquired the lock of es: the lock of run old of old@here, .* was restored from a snapshot together with its index and is not in force/,
    );
    expect(cluster.document()).toBeUndefined();
  });

  it('is replaced by one of those that find it', async () => {
    const cluster = await afterSnapshot();
    cluster.send('DELETE', '/runbook-locks');
    await cluster.restore();
    const both = planOf('  - { id: a, on: es, call: POST /_aliases, body: { actions: [] } }\n');
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        cluster.send('DELETE', '/runbook-locks');
        await cluster.restore();
        let holders = 0;
        let most = 0;
        const wait = scheduler.scheduleFunction(async (_call: string) => undefined);
        const one = (id: string) =>
          operate(cluster, both, id, {
            before: async (call) => {
              if (call === 'POST /_aliases') most = Math.max(most, ++holders);
              await wait(call);
              if (call === `DELETE ${lock}`) holders--;
              return undefined;
            },
          });
        const ended = Promise.all([one('a'), one('b'), one('c')]);
        await scheduler.waitFor(ended);
        const outcomes = (await ended).map(({ summary }) => summary.outcome);

        expect(most).toBe(1);
        expect(outcomes).toContain('done');
        expect(cluster.document()).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  it('in the middle of the run that restores it is replaced by its own', async () => {
    const cluster = await afterSnapshot();
    const during = duringPoll(async () => {
      cluster.send('DELETE', '/runbook-locks');
      await cluster.restore();
      expect(cluster.document()).toMatchObject({ run: 'old' });
    });
    let kept: JsonObject | undefined;
    const { states, summary } = await operate(cluster, long, 'a', {
      before: (call, count) => {
        if (call === 'PUT /more') kept = cluster.document();
        return during.before(call, count);
      },
    });
    expect(summary.outcome).toBe('done');
    expect(kept).toMatchObject({ run: 'a' });
    expect(states).toEqual(['acquired', 'acquired', 'released']);
    expect(cluster.document()).toBeUndefined();
  });

  it('and is this run’s own is written again, so that others do not take it for one that travelled', async () => {
    const cluster = aCluster();
    let kept: Reason | undefined;
    const { states, summary } = await operate(cluster, long, 'a', {
      before: async (call, count) => {
        if (call === 'PUT /made') cluster.snapshot();
        if (call === 'GET /poll' && count === 2) {
          cluster.send('DELETE', '/runbook-locks');
          await cluster.restore();
        }
        if (call === 'PUT /more') kept = (await operate(cluster, short, 'b')).summary.failure?.reason;
        return polls(call, count);
      },
    });
    expect(summary.outcome).toBe('done');
    expect(states).toEqual(['acquired', 'acquired', 'released']);
    expect(kept).toMatchObject({
      cause: { kind: 'lock-held', connection: 'es', holder: { run: 'a', owner: 'a@here' } },
    });
  });

  it('stays where it came back right before the end, and the run is done', async () => {
    const cluster = await afterSnapshot();
    const { states, summary } = await operate(cluster, short, 'a', {
      before: async (call) => {
        if (call !== 'PUT /made') return undefined;
        cluster.send('DELETE', '/runbook-locks');
        await cluster.restore();
        return undefined;
      },
    });
    expect(summary).toMatchObject({ outcome: 'done', notes: [] });
    expect(states).toEqual(['acquired', 'released']);
    expect((await operate(cluster, long, 'next', { before: polls })).summary.outcome).toBe('failed');
    cluster.send('DELETE', '/made');
    cluster.send('DELETE', '/more');
    expect((await operate(cluster, long, 'next', { before: polls })).summary.outcome).toBe('done');
  });
});

describe('an index of locks that was deleted in the middle of a run', () => {
  it('is created again, with the lock in it', async () => {
    const cluster = aCluster();
    const { states, summary } = await operate(
      cluster,
      long,
      'a',
      duringPoll(() => cluster.send('DELETE', '/runbook-locks')),
    );
    expect(summary.outcome).toBe('done');
    expect(states).toEqual(['acquired', 'acquired', 'released']);
  });

  it('is this run’s again where a restore brings it back without a lock in it', async () => {
    const cluster = aCluster();
    await operate(cluster, short, 'before');
    cluster.send('DELETE', '/made');
    cluster.snapshot();
    const { states, summary } = await operate(
      cluster,
      long,
      'a',
      duringPoll(async () => {
        cluster.send('DELETE', '/runbook-locks');
        await cluster.restore();
      }),
    );
    expect(summary.outcome).toBe('done');
    expect(states).toEqual(['acquired', 'acquired', 'released']);
  });

  it('may have the lock of another run by now, with the same number: that one is left alone', async () => {
    const cluster = aCluster();
    const number = () => cluster.send('GET', lock).body as JsonObject;
    let before: JsonObject = {};
    const { states, summary } = await operate(
      cluster,
      long,
      'a',
      duringPoll(() => {
        before = number();
        cluster.send('DELETE', '/runbook-locks');
        cluster.send('PUT', lock, { run: 'b', owner: 'b@there' });
      }),
    );
    expect(number()).toMatchObject({ _seq_no: before._seq_no, _primary_term: before._primary_term });
    expect(cluster.document()).toEqual({ run: 'b', owner: 'b@there' });
    expect(states).toEqual(['acquired', 'lost']);
    expect(summary.outcome).toBe('intervention-required');
  });

  it('may have it right before the end, too: it is not deleted', async () => {
    const cluster = aCluster();
    const { summary } = await operate(cluster, short, 'a', {
      before: (call) => {
        if (call !== 'PUT /made') return undefined;
        cluster.send('DELETE', '/runbook-locks');
        cluster.send('PUT', lock, { run: 'b', owner: 'b@there' });
        return undefined;
      },
    });
    expect(summary.outcome).toBe('done');
    expect(cluster.document()).toMatchObject({ run: 'b' });
  });
});
