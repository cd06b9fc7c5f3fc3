import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxBackend } from './contract/sandbox-backend.ts';
import { lastJournal, runbook, workingDirectory } from './program.ts';
import { environmentOf, secretsOf } from './real/environment.ts';

const readme = readFileSync('README.md', 'utf8');

interface Command {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of the console blocks, each with the output that the README shows. */
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

/** What differs from run to run: times, ids, and how wide a column is for them. */
const normal = (line: string) =>
  line
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/SHA256:\S+\)/g, 'KEY)')
    .trimEnd();

/** What does not end with 0, and its exit code. */
const exits: Readonly<Record<string, number>> = {
  'runbook exec users --env lab.yaml': 4,
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

describe('the five minutes of the README', () => {
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

  afterAll(() => backend.sandbox.close());

  it.each(commandsIn(readme).map((command) => [command.command, command] as const))(
    '$ %s',
    async (_title, { command, output }) => {
      const [program, ...args] = command.split(' ');
      expect(program).toBe('runbook');
      const run = () => {
        const [first] = lastJournal(directory);
        return first?.type === 'run-started' ? first.run : '';
      };

      const ended = await runbook(
        directory,
        args.map((argument) => (argument === 'RUN' ? run() : argument)),
        secretsOf(backend.pair),
      );

      const lines = (ended.stdout + ended.stderr).split('\n').map(normal);
      let from = 0;
      for (const line of output.map(normal)) {
        // In their order; what the README leaves out may stand between them.
        const at = lines.indexOf(line, from);
        expect(at, `“${line}” in\n${lines.slice(from).join('\n')}`).toBeGreaterThanOrEqual(from);
        from = at + 1;
      }
      expect(ended.code).toBe(exits[command] ?? 0);
    },
  );
});
