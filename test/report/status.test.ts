import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/engine/index.ts';
import {
  briefLines,
  type RunStatus,
  type Status,
  statusOf,
  statusText,
  unfinishedText,
} from '../../src/report/index.ts';
import type { WorkingProcess } from '../../src/report/status.ts';
import { lost, ok, runIn, until } from '../engine/world.ts';
import { planOf } from '../support.ts';
import { badDay, hostile } from './bad-day.ts';

const about = { directory: '/work', name: 'test', urlOf: (name: string) => `https://${name}` };
const showing = { directory: '/work', host: 'here', now: Date.UTC(2026, 0, 1, 0, 5) };
const worker = (state: WorkingProcess['state'], host = 'here'): WorkingProcess => ({
  ...{ pid: 4711, host, state },
  since: '2026-01-01T00:00:00.000Z',
  last_heartbeat: '2026-01-01T00:04:20.000Z',
});
const statusWith = (...runs: (RunStatus | undefined)[]): Status => ({
  format: 'runbook-status/v1',
  runs: runs.flatMap((run) => (run ? [run] : [])),
  locks: [],
  problems: [],
});
const textOf = (...runs: (RunStatus | undefined)[]) => statusText(statusWith(...runs), showing);
const shown = (events: readonly Event[], more: Partial<Parameters<typeof statusOf>[0]> = {}) =>
  textOf(statusOf({ ...about, events, ...more }));

const twoWrites = planOf(`  - { id: a, on: es, call: PUT /a, rollback: [{ call: DELETE /a }] }
  - { id: ask, on: es, confirm: Delete everything?, call: DELETE /everything }
`);
const suspending = planOf('  - { id: a, on: es, call: PUT /a, on_unknown: suspend }\n');
const failing = (more = '') =>
  planOf(`  - { id: a, on: es, call: PUT /a${more} }\n  - { id: c, on: es, call: GET /c }\n`);
const refusesC = { answer: (call: string) => (call === 'GET /c' ? ok({}, 404) : ok()) };

describe('a run that is not finished', () => {
  const cut = async () => until((await runIn(twoWrites)).events, ({ type }) => type === 'write-intended');

  it('is running where its process is alive, and is not to be continued', async () => {
    const text = shown(await cut(), { process: worker('alive') });
    expect(text).toMatch(/^Running:\n {2}run-1 {2}test\.yaml on test, began 5 min ago\n/);
    expect(text).toContain('Process 4711 on this machine');
    expect(text).toContain('kill -TERM 4711');
    expect(text).not.toMatch(/resume|rollback|has ended/);
  });

  it('is not said to be over where its process is on another machine, nor to be at work', async () => {
    const text = shown(await cut(), { process: worker('unknown', 'there') });
    expect(text).toContain('this machine cannot tell whether the process has ended');
    expect(text).toContain('Process 4711 on there');
    expect(text).toContain('its last heartbeat was 40 s ago');
    expect(text).toContain('To continue it, once that process has ended:\n      runbook resume run-1\n');
    expect(shown(await cut(), { process: worker('unknown', 'here') })).toContain('in another container of here');
  });

  it('is unfinished where its process has ended: how far it was, what it has written to, what to do', async () => {
    for (const process of [{}, { process: worker('ended') }])
      expect(shown(await cut(), process)).toBe(`Unfinished, the process has ended:
  run-1  test.yaml on test, began 5 min ago
    At a: PUT /a
    1 write was sent or about to be, to es; until it is finished, indices may be closed, and users replaced
    To continue it:
      runbook resume run-1
    To roll it back:
      runbook rollback run-1
`);
  });

  it('has nothing to be rolled back before its first write, whatever lock it holds', async () => {
    const before = until((await runIn(twoWrites)).events, ({ type }) => type === 'step-finished');
    const at = '2026-01-01T00:00:00.000Z';
    const call = { connection: 'es', effect: 'write', request: 'PUT /lock', opaque_id: 'x' } as const;
    const locked: Event[] = [
      ...before,
      { at, type: 'write-intended', purpose: 'lock', attempt: 1, call },
      { at, type: 'lock', connection: 'es', state: 'acquired' },
    ];
    const text = shown(locked);
    expect(text).toContain(
      'No write of a step was sent.\n    Holds the lock in the cluster of es, as its journal has it',
    );
    expect(text).not.toContain('rollback');
    const status = statusOf({ ...about, events: locked });
    expect(status?.written).toEqual([{ connection: 'es', url: 'https://es' }]);
    expect(unfinishedText(status as RunStatus, ['es'], showing)).toBe(
      'run run-1 (test.yaml) may hold the lock of es and is not finished: its process has ended. To continue it: runbook resume run-1. See runbook status',
    );
  });

  it('waits for somebody: the command has the step in it', async () => {
    const { events } = await runIn(twoWrites, { confirm: 'later' });
    const text = shown(events);
    expect(text).toMatch(/^Suspended, waiting for a confirmation:\n/);
    expect(text).toContain('runbook resume run-1 --confirm ask\n');
    const suspended = shown((await runIn(suspending, { answer: () => lost() })).events);
    expect(suspended).toMatch(/^Suspended until somebody decides something or puts it right:\n/);
    expect(suspended).toContain('runbook resume run-1 --assume-done a\n');
    expect(suspended).toContain('runbook resume run-1 --assume-not-done a\n');
  });

  it('says to whoever is about to write what it is, in whichever folder it was begun', async () => {
    const textFor = async (more: object) => {
      const status = statusOf({ ...about, events: await cut(), ...more });
      return unfinishedText(status as RunStatus, ['es', 'other'], showing);
    };
    expect(await textFor({ directory: '/else' })).toBe(
      'run run-1 (test.yaml) has written to es, other and is not finished: its process has ended. Until it is finished, indices may be closed, and users replaced. To continue it: runbook resume run-1; to roll it back: runbook rollback run-1, in /else. See runbook status',
    );
    expect(await textFor({ process: worker('alive') })).toContain('is not finished: process 4711 on this machine');
    expect(await textFor({ process: worker('unknown', 'there') })).toContain(
      'and this machine cannot tell whether that has ended',
    );
  });

  it('has its commands for the folder that it was begun in', async () => {
    const status = statusOf({ ...about, events: await cut(), directory: "/else where/it's" });
    expect(textOf(status)).toContain("      cd '/else where/it'\\''s' && runbook resume run-1\n");
    expect(briefLines(status as RunStatus, showing)).toEqual([
      'run-1  test.yaml on test, began 5 min ago',
      '  Unfinished, the process has ended',
      "  cd '/else where/it'\\''s' && runbook resume run-1",
    ]);
  });

  it('is shown whatever its last event is', async () => {
    const { events } = await badDay();
    for (let length = 1; length < events.length; length++)
      expect(statusOf({ ...about, events: events.slice(0, length) })?.state).toBe('unfinished');
  });
});

describe('a run that has failed', () => {
  it('is shown with what it has left, and what it keeps', async () => {
    const { events } = await runIn(failing(), refusesC);
    expect(shown(events)).toBe(`Failed, manual intervention required:
  run-1  test.yaml on test, ended 5 min ago
    failed at c: status: expected 2xx, actual 404. Manual intervention is required.
    Left in place:
      a: PUT /a on es — nothing in the runbook rolls it back
    To see every call:
      runbook show run-1
    To run it again, once it is put right:
      runbook exec test --env env.yaml
`);
  });

  it('is shown with the calls that complete its rollback by hand', async () => {
    const answer = (call: string) => (call === 'GET /c' || call === 'DELETE /a' ? ok({}, 400) : ok());
    const { events } = await runIn(failing(', rollback: [{ call: DELETE /a }]'), { answer });
    const text = shown(events);
    expect(text).toContain('To complete the rollback:\n      runbook rollback run-1\n');
    expect(text).toContain('What completes the rollback by hand, in this order:\n      DELETE /a on es');
  });

  it('is shown after a clean rollback only while no later run was done, and not as somebody’s work', async () => {
    const { events } = await runIn(failing(', rollback: [{ call: DELETE /a }]'), refusesC);
    const text = shown(events);
    expect(text).toMatch(/^Failed, nothing to clean up:\n/);
    expect(text).toContain('To run it again:\n      runbook exec test --env env.yaml\n');
    expect(text).toContain('No run of this directory is unfinished');
    expect(statusOf({ ...about, events, doneSince: { run: 'r2', hasLocked: true } })).toBeUndefined();
  });

  it('stays, with what it has left, where a later run was done: nobody has looked', async () => {
    const { events } = await runIn(failing(), refusesC);
    const text = shown(events, { doneSince: { run: 'run-2', hasLocked: true } });
    expect(text).toContain('Since then, run run-2 of it was done.');
    expect(text).toContain('Left in place:');
  });

  it('counts what is too much for a screen', async () => {
    const many = planOf(
      `${Array.from({ length: 13 }, (_, index) => `  - { id: a${index}, on: es, call: PUT /a${index} }\n`).join('')}  - { id: c, on: es, call: GET /c }\n`,
    );
    const text = shown((await runIn(many, refusesC)).events);
    expect(text).toContain('      … and 3 more: runbook report run-1 --format markdown\n');
    expect(text.match(/PUT/g)).toHaveLength(10);
  });

  it('is over once its rollback is complete', async () => {
    let isBroken = true;
    const plan = failing(', rollback: [{ call: DELETE /a }]');
    const answer = (call: string) => ok({}, call === 'GET /c' || (call === 'DELETE /a' && isBroken) ? 400 : 200);
    const first = await runIn(plan, { answer });
    expect(statusOf({ ...about, events: first.events })?.state).toBe('intervention-required');
    isBroken = false;
    const second = await runIn(plan, { answer, journal: first.events, rollback: 'now' });
    expect(second.summary.outcome).toBe('rolled-back');
    expect(statusOf({ ...about, events: [...first.events, ...second.events] })).toBeUndefined();
  });
});

describe('a lock', () => {
  it('that may be left is shown until a later run has held it', async () => {
    const answer = (call: string) => (call.includes('runbook-locks') ? ok({}, 503) : ok());
    const { events } = await runIn(twoWrites, { answer, clusterLock: true });
    expect(events.at(-1)).toMatchObject({ locks_left: [{ kind: 'lock-uncertain', connection: 'es' }] });
    const text = shown(events);
    expect(text).toMatch(/^A lock may be left in a cluster:\n/);
    expect(text).toContain('runbook unlock es --env env.yaml\n');
    expect(shown(events, { doneSince: { run: 'r2', hasLocked: false } })).toContain('runbook unlock es');
    expect(statusOf({ ...about, events, doneSince: { run: 'r2', hasLocked: true } })).toBeUndefined();
  });

  it('of a process that nobody can ask is removed by hand, and that of one that is alive is not', () => {
    const lock = { target: 'https://es', run: 'r9', file: '/state/x.json' };
    const text = (state: WorkingProcess['state']) =>
      statusText({ ...statusWith(), locks: [{ ...lock, process: worker(state, 'there') }] }, showing);
    expect(text('unknown')).toContain('To remove it, once that process has ended:\n      rm /state/x.json\n');
    expect(text('alive')).not.toContain('rm ');
  });
});

describe('the status', () => {
  it('of no run at all, and of a dry run, says that nobody has to do anything', async () => {
    const dry = await runIn(twoWrites, { mode: 'dry' });
    for (const text of [textOf(), shown(dry.events), shown((await runIn(twoWrites)).events)])
      expect(text).toBe(
        'No run of this directory is unfinished, and none has left anything that needs manual intervention, as the journals have it.\n',
      );
    expect(statusText({ ...statusWith(), problems: ['x is damaged'] }, showing)).toBe(
      'Cannot be read:\n  x is damaged\n',
    );
  });

  it('breaks lines between words, and no command', async () => {
    const { events } = await runIn(failing(), refusesC);
    const status = statusOf({ ...about, events, name: 'a-very-long-name-of-a-runbook-that-needs-more-than-a-line' });
    const text = statusText(statusWith(status), { ...showing, width: 60 });
    expect(text).toContain(
      '    failed at c: status: expected 2xx, actual 404. Manual\n      intervention is required.\n',
    );
    expect(text).toContain('a-very-long-name-of-a-runbook-that-needs-more-than-a-line --env env.yaml\n');
  });

  it('is inert whatever the servers and the authors have put into it', async () => {
    const plan =
      planOf(`  - { id: a, title: ${JSON.stringify(hostile)}, on: es, call: PUT /a, keep: ${JSON.stringify(hostile)} }
  - { id: b, on: es, call: PUT /b }
  - { id: c, on: es, call: GET /c }
`);
    const answer = (call: string) =>
      call === 'GET /c' ? ok({ error: { type: hostile, reason: hostile } }, 500) : ok();
    const { events } = await runIn(plan, { answer });
    for (const some of [events, events.slice(0, 5)])
      for (const sign of ['\u001b', '\u202e', '\u200b', '\u2067', '\ufeff']) expect(shown(some)).not.toContain(sign);
  });
});
