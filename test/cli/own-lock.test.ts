import { afterAll, describe, expect, it } from 'vitest';
import { lastJournal, ownRunbook, runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';

afterAll(stopSandboxes);

const take = `apiVersion: runbook/v1
name: take
elasticsearch: 8.x
title: Snapshot everything
inputs:
  repository:
    type: object
    properties:
      endpoint: { type: string }
      bucket: { type: string }
      access_key_id: { type: string, secret: true }
      secret_access_key: { type: string, secret: true }
      base_path: { type: string, default: own/ }
connections: { destination: { kind: elasticsearch } }
steps:
  - id: repository
    on: destination
    # runbook-ignore writable-destination-repository: its own backups, in a path of its own
    call: PUT /_snapshot/own
    body: { type: oss, settings: "{{inputs.repository}}" }
  - { id: create, on: destination, call: PUT /_snapshot/own/all, body: { include_global_state: true }, expect: { body: { accepted: true } } }
  - { id: complete, on: destination, call: GET /_snapshot/own/all, until: { "snapshots[0].state": { not: IN_PROGRESS } }, expect: { body: { "snapshots[0].state": SUCCESS, "snapshots[0].shards.total": { greater_than: 0 } } }, save: { indices: "snapshots[0].indices" } }
`;

const back = `apiVersion: runbook/v1
name: back
elasticsearch: 8.x
title: Delete the index of the locks and restore it
connections: { destination: { kind: elasticsearch } }
steps:
  - id: all
    on: destination
    as: recovery
    disruptive: true
    steps:
      # Since 8.0 nobody deletes all indices by a wildcard.
      - { id: delete, call: DELETE /runbook-locks }
      - { id: restore, call: POST /_snapshot/own/all/_restore, body: { indices: "runbook-*" }, expect: { body: { accepted: true } } }
      - { id: finished, call: GET /_cluster/state, query: { filter_path: restore }, until: { "restore.snapshots[].state": { empty: true } } }
`;

const next = `apiVersion: runbook/v1
name: next
elasticsearch: 8.x
title: Write something
connections: { destination: { kind: elasticsearch } }
steps: [{ id: a, on: destination, call: PUT /something }]
`;

describe('a snapshot of everything, taken and restored by runs that hold a lock', () => {
  it('brings back a lock that stands in nobody’s way', async () => {
    const directory = workingDirectory();
    const { env } = await sandbox(directory, '8.5');
    for (const [name, text] of Object.entries({ take, back, next })) ownRunbook(directory, `${name}-8.x.yaml`, text);
    const exec = (name: string, ...args: string[]) =>
      runbook(directory, ['exec', `${name}-8.x`, '--env', env, ...args]);
    const unlock = () => runbook(directory, ['unlock', 'destination', '--env', env]);

    expect(await exec('take')).toMatchObject({ code: 0, stderr: '' });
    const [taken] = lastJournal(directory);
    const run = taken?.type === 'run-started' ? taken.run : '';
    expect((await unlock()).stdout).toBe('destination is not locked\n');

    expect(await exec('back', '--confirm', 'all')).toMatchObject({ code: 0, stderr: '' });
    expect(lastJournal(directory).at(-1)).toMatchObject({ outcome: 'done', notes: [] });
    const found = await unlock();
    expect(found.code).toBe(0);
    expect(found.stdout).toMatch(
      new RegExp(`^destination is not locked: the lock of run ${run} of .* was restored from a snapshot together with`),
    );

    const after = await exec('next');
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(after.stdout).toContain(`acquired the lock of destination: the lock of run ${run} of `);
    expect((await unlock()).stdout).toBe('destination is not locked\n');
  });
});
