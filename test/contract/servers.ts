import { beforeEach, describe } from 'vitest';
import type { Version } from '../real/lab.ts';
import type { Backend } from './backend.ts';
import { clients } from './servers/clients.ts';
import { closing } from './servers/closing.ts';
import { indices } from './servers/indices.ts';
import { lockedOut } from './servers/locked-out.ts';
import { repositories } from './servers/repositories.ts';
import { featureRestores, restores } from './servers/restores.ts';
import { security } from './servers/security.ts';
import { snapshots } from './servers/snapshots.ts';
import { stageOf } from './servers/stage.ts';

/**
 * The facts of docs/how-servers-behave.md, by their ids: the same calls have to get the same status, error type and
 * decisive fields from the sandbox and from real servers.
 * @param hasSecurity Whether its security is real or emulated: that of the real 8.5 is a stand-in, of which nothing is asked.
 */
export function serversContract(name: string, version: Version, backend: () => Backend, hasSecurity = true): void {
  describe(name, () => {
    const stage = stageOf(version, backend);
    beforeEach(() => backend().reset());
    describe('clients', () => clients(stage));
    describe('indices', () => indices(stage));
    describe('repositories', () => repositories(stage));
    describe('snapshots', () => snapshots(stage));
    describe('restores', () => restores(stage));
    if (stage.hasFeatures) describe('restores of features', () => featureRestores(stage));
    if (hasSecurity) describe('security', () => security(stage));
    if (hasSecurity && stage.hasFeatures) describe('locked out', () => lockedOut(stage));
    if (version === '7.10') describe('closing', () => closing(stage));
  });
}
