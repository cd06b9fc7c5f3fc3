import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/cli/examples.ts';
import { sandboxBackend } from '../contract/sandbox-backend.ts';
import { lastJournal, program, runbook, workingDirectory } from '../program.ts';
import { environmentOf, secretsOf } from '../real/environment.ts';
import { environmentText, head } from '../support.ts';

/** The commands that the help lists. */
async function commandsIn(directory: string): Promise<string[]> {
  const { stdout } = await runbook(directory, ['--help']);
  const listed = stdout.slice(stdout.indexOf('\nUsage:'));
  return [...listed.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

describe('the help', () => {
  it('of every command begins with two examples, marks what is required, and has no default that says nothing', async () => {
    const directory = workingDirectory();
    const commands = await commandsIn(directory);
    expect(commands.toSorted()).toEqual(
      Object.keys(examples)
        .filter((name) => name !== 'runbook')
        .toSorted(),
    );
    const texts = await Promise.all(
      commands.map(async (command) => (await runbook(directory, ['help', command])).stdout),
    );
    for (const [index, text] of texts.entries()) {
      expect(text).toMatch(/^Examples:\n( {2}# .+\n {2}runbook( .+)?\n){2}\nUsage: /);
      expect(text).toContain(`\n  runbook ${commands[index]}`);
      expect(text).not.toMatch(/default: (\[\]|false|true)/);
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(commandWidth(line));
    }
    const all = [(await runbook(directory, ['--help'])).stdout, ...texts];
    await expect(all.join('\n––––\n\n')).toMatchFileSnapshot('../golden/help.txt');
  });

  /** A command is not broken. */
  function commandWidth(line: string): number {
    return line.startsWith('  runbook ') ? 110 : 80;
  }
});

describe('the examples of the help', () => {
  const all = Object.values(examples).flatMap((some) => some.map(([, command]) => command));
  /** What does not end with 0: nothing is there to go on with, nobody can be asked. */
  const codes: Readonly<Record<string, number>> = {
    'runbook resume RUN': 2,
    'runbook resume RUN --assume-done create-snapshot': 2,
    'runbook rollback RUN': 4,
  };
  let backend: Awaited<ReturnType<typeof sandboxBackend>>;
  let directory: string;

  beforeAll(async () => {
    backend = await sandboxBackend('7.10');
    await backend.reset();
    directory = workingDirectory();
    writeFileSync(join(directory, 'lab.yaml'), environmentOf(backend.pair));
    mkdirSync(join(directory, '.ssh'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me', '-f', join(directory, '.ssh/id_ed25519')]);
    const shim = join(directory, 'bin', 'runbook');
    mkdirSync(join(directory, 'bin'));
    writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    chmodSync(shim, 0o700);
  });
  afterAll(() => backend.sandbox.close());

  it.each(all)('$ %s', async (command) => {
    const isServer = /^runbook (serve|sandbox)/.test(command);
    const [first] = command.includes('RUN') ? lastJournal(directory) : [];
    const run = first?.type === 'run-started' ? first.run : '';
    const verified = command.includes('HASH') ? await runbook(directory, ['verify', run]) : undefined;
    const hash = /It ends in (\w{64})/.exec(verified?.stdout ?? '')?.[1] ?? '';
    // A shell, for pipes and ~.
    const child = spawn(
      'sh',
      ['-c', `exec ${command.replace(/\bRUN\b/, run).replace(/\bHASH\b/, hash)}`.replace(/^exec (?=.*\|)/, '')],
      {
        cwd: directory,
        env: {
          ...secretsOf(backend.pair),
          PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
          HOME: directory,
          XDG_STATE_HOME: join(directory, 'state'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8');
        if (isServer && /http:\/\/127\.0\.0\.1:\d+\/|Ctrl-C ends it/.test(printed)) child.kill('SIGINT');
      });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(printed).not.toMatch(/^error: |See runbook/m);
    expect([code, printed]).toEqual([codes[command] ?? 0, printed]);
  });
});

describe('a command line that is wrong', () => {
  const directory = workingDirectory();
  beforeAll(() => {
    mkdirSync(join(directory, 'envs'));
    writeFileSync(join(directory, 'lab.yaml'), environmentText);
    writeFileSync(
      join(directory, 'envs', 'prod.yml'),
      environmentText.replace('environment: test', 'environment: "prod"'),
    );
    writeFileSync(join(directory, 'other.yaml'), 'a: 1\n');
    writeFileSync(
      join(directory, 'x-7.10.yaml'),
      `${head}  - { id: first-write, on: es, confirm: Sure?, call: PUT /a }\n`,
    );
  });

  const files = 'The environment files here are:\n  lab.yaml       test\n  envs/prod.yml  prod\n';

  it.each([
    ['an option', ['plan', 'x', '--evn', 'lab.yaml'], "unknown option '--evn'\n(Did you mean --env?)\n", 'plan'],
    ['a command', ['pln', 'x'], "unknown command 'pln'\n(Did you mean plan?)\n", ''],
    [
      'a value',
      ['plan', 'x', '--env', 'lab.yaml', '--format', 'htlm'],
      '"htlm" — did you mean "html"?\nAllowed values: text, markdown, html',
      'plan',
    ],
    [
      'a name',
      ['plan', 'usres-7.10', '--env', 'lab.yaml'],
      'no runbook "usres-7.10" in ./runbooks or among the bundled ones — did you mean "users-7.10"?\nrunbook list',
      'plan',
    ],
    ['a name without a version', ['exec', 'usres', '--env', 'lab.yaml'], '— did you mean "users"?\n', 'exec'],
    [
      'a path',
      ['plan', 'x-7.1.yaml', '--env', 'lab.yaml'],
      'no file x-7.1.yaml — did you mean "x-7.10.yaml"?\n',
      'plan',
    ],
    [
      'an environment file',
      ['plan', 'x-7.10.yaml', '--env', 'lab.yml'],
      `--env lab.yml: no such file — did you mean "lab.yaml"?\n${files}`,
      'plan',
    ],
    [
      'a step',
      ['exec', 'x-7.10.yaml', '--env', 'lab.yaml', '--confirm', 'frist-write'],
      '--confirm frist-write: no such step requires confirmation; these do: first-write — did you mean "first-write"?\n',
      'exec',
    ],
    [
      'a connection',
      ['unlock', 'se', '--env', 'lab.yaml'],
      'lab.yaml has no connection "se" — did you mean "es"?\nIt has es',
      'unlock',
    ],
    [
      'an identity',
      ['unlock', 'es', '--env', 'lab.yaml', '--as', 'recvery'],
      'the connection "es" has no identity "recvery" — did you mean "recovery"?\n',
      'unlock',
    ],
  ])('names what was meant by %s, and points at the help', async (_what, args, text, command) => {
    const { code, stdout, stderr } = await runbook(directory, args, { PW: 'a-password', KEY: 'a-good-key' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).toMatch(new RegExp(`^See runbook ${command === '' ? '' : `${command} `}--help$`, 'm'));
  });

  it('names the input that was meant', async () => {
    const { code, stderr } = await runbook(directory, [
      'plan',
      'users-copy',
      '--env',
      'lab.yaml',
      '--elasticsearch',
      '8.5',
      '--set',
      'exsting=skip',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--set exsting  error: the runbook has no such input — did you mean "existing"?');
    expect(stderr).toContain('help: Allowed inputs: existing, include_users, ');
  });

  it('names the run that was meant', async () => {
    mkdirSync(join(directory, '.runbook', 'runs', '20261124-141839-3472d9'), { recursive: true });
    const { code, stderr } = await runbook(directory, ['show', '20261124-141839-3472b9']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      '; runbook runs lists them — did you mean "20261124-141839-3472d9"?\nSee runbook show --help\n',
    );
  });

  it('without an environment file lists those that are there, and takes none', async () => {
    expect(await runbook(directory, ['exec', 'x-7.10.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: missing --env <file>\n${files}See runbook exec --help\n`,
    });
    const { stderr } = await runbook(workingDirectory(), ['exec', 'users']);
    expect(stderr).toContain('There is no environment file here.');
  });

  it('says where the names are that are missing', async () => {
    expect((await runbook(directory, ['plan'])).stderr).toContain('runbook list shows the runbooks');
    expect((await runbook(directory, ['resume'])).stderr).toContain(
      'runbook status shows the runs that wait for somebody',
    );
    expect((await runbook(directory, ['users-7.10'])).stderr).toContain(
      'users-7.10 is a runbook: runbook plan users-7.10 --env FILE shows what it does',
    );
  });
});

describe('runbook alone', () => {
  it('says how to begin in an empty folder', async () => {
    expect(await runbook(workingDirectory(), [])).toEqual({
      code: 0,
      stderr: '',
      stdout: `There is no environment file and no runbook in this folder. To begin:
  # The runbooks that you can run
  runbook list
  # Start a test environment; it writes an environment file
  runbook sandbox
  # Then, with that file: every call of a run
  runbook plan NAME --env FILE
  # All commands
  runbook --help
`,
    });
  });

  it('has the names of what is there, where there is one of it', async () => {
    const directory = workingDirectory();
    writeFileSync(join(directory, 'lab.yaml'), environmentText);
    expect((await runbook(directory, [])).stdout).toContain('  runbook plan NAME --env lab.yaml\n');
    mkdirSync(join(directory, 'runbooks'));
    writeFileSync(join(directory, 'runbooks', 'x-7.10.yaml'), `${head}  - { id: a, on: es, call: GET / }\n`);
    const { stdout } = await runbook(directory, []);
    expect(stdout).toContain('Runbooks here: x-7.10\nThe environment files here are:\n  lab.yaml  test\n\nNext:\n');
    expect(stdout).toContain('  runbook exec x-7.10 --env lab.yaml --dry-run\n');
    writeFileSync(join(directory, 'prod.yaml'), readFileSync(join(directory, 'lab.yaml')));
    expect((await runbook(directory, [])).stdout).toContain('  runbook exec x-7.10 --env FILE --dry-run\n');
  });
});
