import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxBackend } from './contract/sandbox-backend.ts';
import { type Ended, lastJournal, runbook, workingDirectory } from './program.ts';
import { environmentOf, secretsOf } from './real/environment.ts';

const readme = readFileSync('README.md', 'utf8');
/** The README and the pages under docs/, each with its text. */
const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].map((path) => [path, readFileSync(path, 'utf8')] as const);

interface Command {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of the console blocks, each with the output that the page shows. */
function commandsIn(text: string): Command[] {
  return [...text.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...output] = part.trimEnd().split('\n');
        return { command, output: output.filter((line) => line !== '…' && line !== '') };
      }),
  );
}

/** What differs from run to run: times, ids, who runs it, and how wide a column is for them. */
const normal = (line: string) =>
  line
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/SHA256:\S+\)/g, 'KEY)')
    .replace(/\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, 'DURATION')
    .replace(/\b[\w.-]+@[\w.-]+/g, 'WHO')
    .replace(/(\S) {2,}/g, '$1  ')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\//g, 'URL')
    .trimEnd();

/** A command of another program, as a shell runs it. */
function byShell(command: string, directory: string): Ended {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** Runs until it is stopped. */
const isServer = (command: string) => /^runbook (serve|sandbox)\b(?!.*--list-faults)/.test(command);

/** What does not end with 0, and its exit code. */
const exits: Readonly<Record<string, number>> = {
  'runbook exec users --env lab.yaml': 6,
  'runbook exec --plan plan.json --env lab.yaml --require-approvals 2 --allowed-signers allowed_signers': 4,
  'runbook exec --plan plan.json --env lab.yaml --require-approvals 1 --allowed-signers allowed_signers --prevent-self-approval --dry-run --detailed-exitcode': 5,
  'runbook resume RUN': 2,
};

describe('the README', () => {
  it('has its two commands in CI as they stand', () => {
    const ci = readFileSync('.ci/run', 'utf8');
    for (const [, command = ''] of readme.matchAll(/```sh\n(.*)\n```/g)) {
      for (const part of command.split(' && ')) expect(ci).toMatch(new RegExp(`^${part}( |$)`, 'm'));
    }
  });
});

describe.each(pages.filter(([, text]) => commandsIn(text).length > 0))('the commands of %s', (_path, text) => {
  let backend: Awaited<ReturnType<typeof sandboxBackend>>;
  let directory: string;

  beforeAll(async () => {
    backend = await sandboxBackend('7.10');
    await backend.reset();
    directory = workingDirectory();
    writeFileSync(join(directory, 'lab.yaml'), environmentOf(backend.pair));
    const key = join(directory, 'id_ed25519');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    writeFileSync(join(directory, 'allowed_signers'), `alice@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
  });

  const servers: ChildProcess[] = [];
  afterAll(async () => {
    // One that has not printed what the page shows is still there.
    for (const server of servers) server.kill('SIGKILL');
    await backend.sandbox.close();
  });

  /** The lines of what the page shows that the program has not printed: in their order, what the page leaves out between them. */
  function missingIn(printed: string, output: readonly string[]): string[] {
    const lines = printed.split('\n').map(normal);
    let from = 0;
    return output.map(normal).filter((line) => {
      const at = lines.indexOf(line, from);
      if (at >= 0) from = at + 1;
      return at < 0;
    });
  }

  it.each(commandsIn(text).map((command) => [command.command, command] as const))(
    '$ %s',
    async (_title, { command, output }) => {
      const run = () => {
        const [first] = lastJournal(directory);
        return first?.type === 'run-started' ? first.run : '';
      };
      const [program, ...args] = command.replace(/\bRUN\b/g, run).split(' ');
      const stopOnceShown = (child: ChildProcess) => {
        servers.push(child);
        let printed = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          printed += chunk.toString('utf8');
          if (missingIn(printed, output).length === 0) child.kill('SIGINT');
        });
      };

      const ended =
        program === 'runbook'
          ? await runbook(directory, args, secretsOf(backend.pair), isServer(command) ? stopOnceShown : undefined)
          : byShell([program, ...args].join(' '), directory);

      const printed = ended.stdout + ended.stderr;
      expect(missingIn(printed, output), `in\n${printed}`).toEqual([]);
      expect(ended.code).toBe(exits[command] ?? 0);
    },
  );
});

describe('the examples of the pages', () => {
  const examples = pages.flatMap(([path, text]) =>
    [...text.matchAll(/```yaml\n(# (\S+\.yaml)\n[\s\S]*?)```/g)].map(
      ([, example = '', file = '']) => [path, file, example] as const,
    ),
  );

  it('are found', () => expect(examples.length).toBeGreaterThan(2));

  it.each(examples)('%s: %s is valid', async (_path, file, example) => {
    const directory = workingDirectory();
    writeFileSync(join(directory, file), example);
    const args = example.includes('\nenvironment: ') ? ['users-7.10', '--env', file] : [file];
    const ended = await runbook(directory, ['validate', ...args]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });
});
