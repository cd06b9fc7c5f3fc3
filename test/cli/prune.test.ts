import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lastJournal, runbook, workingDirectory } from '../program.ts';

describe('runbook prune', () => {
  const directory = workingDirectory();
  let run = '';

  beforeAll(async () => {
    writeFileSync(
      join(directory, 'a-7.10.yaml'),
      `apiVersion: runbook/v1
name: a
elasticsearch: 7.10.x
title: A
connections: { es: { kind: elasticsearch } }
steps: [{ id: a, on: es, call: GET / }]
`,
    );
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: lab\nconnections: { es: { url: 'http://127.0.0.1:1' } }\n`,
    );
    // Nothing listens there: it is refused, and over.
    expect((await runbook(directory, ['exec', 'a-7.10.yaml', '--env', 'env.yaml', '--dry-run'])).code).toBe(4);
    const [started] = lastJournal(directory);
    run = started?.type === 'run-started' ? started.run : '';
  });
  const prune = (...args: string[]) => runbook(directory, ['prune', ...args]);

  it('has the records of a directory kept out of git', () => {
    expect(readFileSync(join(directory, '.runbook', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('removes what is older than 30 days, and says what it keeps', async () => {
    const { code, stdout, stderr } = await prune();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^removed 0 runs that ended before \S+Z; kept: 1 not that old\n$/);
  });

  it('says what it would remove, and then removes it', async () => {
    const asked = await prune('--older-than', '0h', '--dry-run');
    expect(asked.stdout).toMatch(
      new RegExp(
        `^RUN .*\\n${run} .* a-7.10.yaml +lab .* dry run, refused +preflight/es: .*\\nwould remove 1 run that ended before`,
      ),
    );
    expect(existsSync(join(directory, '.runbook', 'runs', run))).toBe(true);
    expect((await prune('--older-than', '0d')).stdout).toMatch(new RegExp(`${run} .*\\nremoved 1 run that ended`));
    expect(existsSync(join(directory, '.runbook', 'runs', run))).toBe(false);
    expect((await runbook(directory, ['runs'])).stdout).toContain('no runs in');
  });

  it('asks for an age in days or hours', async () => {
    const { code, stderr } = await prune('--older-than', 'a month');
    expect(code).toBe(2);
    expect(stderr).toBe('--older-than a month: expected days or hours, such as 30d or 12h\nSee runbook prune --help\n');
  });
});
