import { beforeEach, describe } from 'vitest';
import type { Version } from '../real/lab.ts';
import type { Backend } from './backend.ts';
import { clients } from './servers/clients.ts';
import { closing } from './servers/closing.ts';
import { repositories } from './servers/repositories.ts';
import { restores } from './servers/restores.ts';
import { security } from './servers/security.ts';
import { snapshots } from './servers/snapshots.ts';
import { stageOf } from './servers/stage.ts';

/**
 * How the servers behave, by the lines of the field notes: the same calls have to get the same status, error type and
 * decisive fields from the sandbox and from real servers.
 */
export function serversContract(name: string, version: Version, backend: () => Backend): void {
  describe(name, () => {
    const stage = stageOf(version, backend);
    beforeEach(() => backend().reset());
    describe('clients', () => clients(stage));
    describe('repositories', () => repositories(stage));
    describe('snapshots', () => snapshots(stage));
    describe('restores', () => restores(stage));
    describe('security', () => security(stage));
    if (version === '7.10') describe('closing', () => closing(stage));
  });
}
