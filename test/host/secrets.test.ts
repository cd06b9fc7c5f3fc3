import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRedactor } from '../../src/engine/index.ts';
import { resolveSecrets } from '../../src/host/secrets.ts';
import { loadEnvironment } from '../../src/language/index.ts';
import { hashOf } from '../../src/runs/index.ts';
import { workingDirectory } from '../program.ts';
import { planOf, tryPlan } from '../support.ts';

const environment = `apiVersion: runbook/v1
environment: test
connections:
  es:
    url: http://127.0.0.1:1/
    identities:
      recovery: { auth: { basic: { username: filesuper, password: { env: RECOVERY } } } }
      unused: { auth: { bearer: { env: NOT_SET } } }
  kb: { kind: kibana, url: 'http://127.0.0.1:2', space: lab, auth: { api_key: { env: NOT_SET } }, ca: ca.pem }
`;

const runbook = (on: string) => `apiVersion: runbook/v1
name: test
elasticsearch: 8.x
title: A test
connections: { es: { kind: elasticsearch }, kb: { kind: kibana } }
steps: [{ id: a, ${on}, call: GET /x }, { id: b, on: es, as: recovery, call: GET /x }]
`;

const options = { whole: true, environment, extras: { authorities: { 'ca.pem': { sha256: hashOf('PEM') } } } };

afterEach(() => vi.unstubAllEnvs());

describe('the secrets of a run', () => {
  it('are those of the identities that its plan uses, also at another connection', async () => {
    vi.stubEnv('RECOVERY', 'the-password');
    const directory = workingDirectory();
    writeFileSync(join(directory, 'ca.pem'), 'PEM');
    const { value } = loadEnvironment('env.yaml', environment);
    if (!value) throw new Error('no environment');
    const plan = planOf(runbook('on: kb, as: es/recovery'), options);
    const { targets } = await resolveSecrets(plan, value.value, join(directory, 'env.yaml'), createRedactor());
    const credentials = { type: 'basic', username: 'filesuper', password: 'the-password' };

    expect(plan.preflight.map(({ id }) => id)).toEqual(['preflight/es/recovery', 'preflight/kb/es/recovery']);
    expect(targets.get('es')).toMatchObject({ url: 'http://127.0.0.1:1', credentials: { type: 'none' } });
    expect(targets.get('es')).toHaveProperty('identities', new Map([['recovery', credentials]]));
    expect(targets.get('kb')).toMatchObject({
      url: 'http://127.0.0.1:2/s/lab',
      credentials: { type: 'none' },
      ca: 'PEM',
    });
    expect(targets.get('kb')).toHaveProperty('identities', new Map([['es/recovery', credentials]]));
  });

  it('name their setting where one is missing', async () => {
    const { value } = loadEnvironment('env.yaml', environment);
    if (!value) throw new Error('no environment');
    const plan = planOf(runbook('on: kb'), options);

    vi.stubEnv('RECOVERY', 'the-password');
    await expect(resolveSecrets(plan, value.value, 'env.yaml', createRedactor())).rejects.toThrow(
      'the API key of connection "kb": the environment variable NOT_SET is not set',
    );
  });

  it('are not even read where Node.js would print what is sent', async () => {
    const { value } = loadEnvironment('env.yaml', environment);
    if (!value) throw new Error('no environment');
    const plan = planOf(runbook('on: kb'), options);
    vi.stubEnv('RECOVERY', 'the-password');
    vi.stubEnv('NODE_DEBUG', 'http');
    await expect(resolveSecrets(plan, value.value, 'env.yaml', createRedactor())).rejects.toThrow('NODE_DEBUG is set');
  });

  it('come with the very certificates that were planned, or not at all', async () => {
    const { value } = loadEnvironment('env.yaml', environment);
    if (!value) throw new Error('no environment');
    vi.stubEnv('RECOVERY', 'the-password');
    const directory = workingDirectory();
    const plan = planOf(runbook('on: kb, as: es/recovery'), options);
    const resolve = () => resolveSecrets(plan, value.value, join(directory, 'env.yaml'), createRedactor());

    await expect(resolve()).rejects.toThrow('the ca of connection "kb": ca.pem cannot be read (there is no such file)');
    writeFileSync(join(directory, 'ca.pem'), 'another PEM');
    await expect(resolve()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('ca.pem was changed since this was planned'),
    });
    expect(tryPlan(runbook('on: kb'), { whole: true, environment }).diagnostics).toMatchObject([
      { code: 'unreadable-ca', range: { start: { line: 9 } } },
    ]);
  });
});
