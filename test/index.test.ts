import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor, type Event, loadBundle, loadEnvironment, planFor, planId, run } from '../src/index.ts';
import { sandboxBackend } from './contract/sandbox-backend.ts';
import { lastJournal, workingDirectory } from './program.ts';
import { environmentOf, secretsOf } from './real/environment.ts';
import { environmentText, head } from './support.ts';

describe('the library', () => {
  it('runs with ports of its caller what was loaded from text', async () => {
    const { value: bundle } = loadBundle('x.yaml', `${head}  - { id: a, on: es, call: PUT /a }\n`, () => undefined);
    const { value: environment } = loadEnvironment('env.yaml', environmentText);
    if (!bundle || !environment) throw new Error('both are valid');
    const { value: plan } = planFor(bundle, environment, []);
    if (!plan) throw new Error('it can be planned');
    const events: Event[] = [];

    const summary = await run(
      plan,
      {
        id: 'r',
        planId: planId(plan),
        mode: 'real',
        redactor: createRedactor(),
        rollback: 'on-failure',
        clusterLock: false,
        operator: 'somebody@here',
        owner: 'somebody@here',
        process: 'p1',
        version: '0.1.0',
        origin: { runbook: 'test.yaml', env: 'env.yaml', set: [], files: {}, confirm: [] },
      },
      {
        send: async () => ({ kind: 'response', status: 200, body: { version: { number: '7.10.2' } }, warnings: [] }),
        sleep: async () => undefined,
        now: () => 0,
        monotonic: () => 0,
        every: () => async () => undefined,
        stateOf: () => 'unknown',
        random: () => 0,
        decide: async () => 'unknown',
        seal: async () => '',
        confirm: async () => 'yes',
        record: async (event) => void events.push(event),
        interruption: () => 'none',
      },
    );

    expect(summary).toMatchObject({ outcome: 'done', writes: 1 });
    expect(events.map(({ type }) => type)).toContain('write-intended');
  });
});

describe('the package', () => {
  let directory: string;

  beforeAll(() => {
    execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
    directory = workingDirectory();
    mkdirSync(join(directory, 'node_modules'));
    symlinkSync(resolve('.'), join(directory, 'node_modules', 'runbook'));
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  });

  /** Type-checks a file as the project of its own that has the package; gives what is wrong. */
  const typeCheck = (file: string, ...options: string[]) => {
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', ...options];
    const compiler = resolve('node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [compiler, ...strict, file], { cwd: directory, encoding: 'utf8' }).stdout;
  };

  it('exports these names, and loads no client for them', () => {
    const script = `import('runbook').then((names) => console.log(Object.keys(names).join(' ')))`;
    // Node prints every module that it resolves.
    const env = { PATH: process.env.PATH, NODE_DEBUG: 'module,esm' };
    // That is more than a megabyte, where spawnSync ends the process unless it is told otherwise.
    const options = { cwd: directory, encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], options);

    expect(stdout.trimEnd()).toBe(
      [
        'Cancelled JournalDamage Problem canonicalJson check createJournal createRedactor execute formats hasErrors',
        'linesOf loadBundle loadEnvironment locateRunbook nodesIn openConnections parsePlan planAgain planFor',
        'planFromFiles planId prepareResume prepareRollback printDiagnostic readEnvironment readJournal readPlanFile',
        'readRun readRunbook readsOnly reasonText reopenJournal reportOf resolveSecrets run subjectOf withSecrets',
        'writePlanFile',
      ].join(' '),
    );
    expect(stderr).toContain('dist/index.mjs');
    expect(stderr).not.toMatch(/@elastic|ali-oss|log-update|commander/);
  });

  it('has types that need no others', () => {
    writeFileSync(
      join(directory, 'types.ts'),
      `import * as runbook from 'runbook';
const planned: Promise<runbook.Planned> = runbook.planFromFiles('users', { env: 'lab.yaml' });
const result: runbook.RunResult = await runbook.execute({ ...(await planned), mode: 'dry' }, { show: ({ type }) => type.length });
const text: string = runbook.formats.html.render(runbook.subjectOf(await runbook.readJournal(result.folder)));
export { text };
`,
    );
    expect(typeCheck('types.ts')).toBe('');
    writeFileSync(join(directory, 'wrong.ts'), `import { execute } from 'runbook';\nawait execute({ plan: 1 });\n`);
    expect(typeCheck('wrong.ts')).toContain('TS2322');
  });

  describe('as the README uses it', () => {
    let backend: Awaited<ReturnType<typeof sandboxBackend>>;

    beforeAll(async () => {
      backend = await sandboxBackend('7.10');
      await backend.reset();
      const [, example = ''] =
        /## As a library[\s\S]*?```ts\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
      // It is JavaScript as well.
      for (const name of ['example.ts', 'example.js']) writeFileSync(join(directory, name), example);
      writeFileSync(join(directory, 'lab.yaml'), environmentOf(backend.pair));
    });

    afterAll(() => backend.sandbox.close());

    it('compiles', () => {
      expect(typeCheck('example.ts', '--types', 'node', '--typeRoots', resolve('node_modules/@types'))).toBe('');
    });

    it('plans, runs, reads the journal and writes a report', async () => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['example.js'], {
        cwd: directory,
        env: { PATH: process.env.PATH, XDG_STATE_HOME: join(directory, 'state'), ...secretsOf(backend.pair) },
      });

      expect(stderr).toBe('');
      expect(stdout).toMatch(/^plan [0-9a-f]{64}: Copy users and roles/);
      expect(stdout).toMatch(/\ndone, [1-9]\d* writes were sent\n$/);
      expect(lastJournal(directory).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'done' });
      expect(readFileSync(join(directory, 'report.md'), 'utf8')).toContain('Copy users and roles');
    });
  });
});
