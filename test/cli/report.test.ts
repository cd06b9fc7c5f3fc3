import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createValidator } from '../../src/language/validator.ts';
import { createJournal } from '../../src/runs/index.ts';
import { ownRunbook, runbook, workingDirectory } from '../program.ts';
import { badDaySubject } from '../report/bad-day.ts';

describe('runbook report', () => {
  const directory = workingDirectory();
  const id = 'run-1';

  beforeAll(async () => {
    const { run, bytes } = await badDaySubject();
    const journal = await createJournal(join(directory, '.runbook', 'runs'), id, bytes);
    for (const event of run?.events ?? []) await journal.record(event);
    await journal.close();
    writeFileSync(join(directory, 'plan.json'), bytes);
  });

  it('writes a job summary where GitHub wants it, and annotations to its log', async () => {
    const summary = join(directory, 'summary.md');
    writeFileSync(summary, 'before\n');

    const { code, stdout } = await runbook(directory, ['report', id, '--format', 'github'], {
      GITHUB_STEP_SUMMARY: summary,
    });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^::error title=3\.3 restore::FAILED: Restore it%0AAsk the storage team/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n### A test\n\n\*\*failed at restore/);
  });

  it('lists a run with its duration, who started it, and why it failed in one line', async () => {
    const { stdout } = await runbook(directory, ['runs']);
    const [headings, row] = stdout.split('\n');

    expect(headings).toMatch(/^RUN +STARTED +DURATION +RUNBOOK +ENVIRONMENT +WHO +OUTCOME +REASON$/);
    expect(row).toMatch(
      /^run-1 +2026-01-01T00:00:00Z +1\.0 s +test\.yaml +test +somebody@here +failed +restore: Ask the storage team\. — status: expected 2xx, actual 500 — The server says: .*…$/,
    );
  });

  it('lists runs as JSON by its schema, with the whole reason', async () => {
    const { stdout } = await runbook(directory, ['runs', '--format', 'json']);
    const list = JSON.parse(stdout);
    const validate = createValidator({ validateSchema: true, meta: true }).compile(
      JSON.parse(readFileSync('schemas/runs.v1.schema.json', 'utf8')),
    );

    validate(list);
    expect(validate.errors ?? []).toEqual([]);
    expect(list).toMatchObject({
      format: 'runbook-runs/v1',
      runs: [
        {
          ...{ run: 'run-1', state: 'failed', duration_ms: 1_000, operators: ['somebody@here'] },
          reason: { kind: 'unexpected-response' },
          message: expect.stringMatching(/^restore: Ask the storage team\. .*is refused$/s),
        },
      ],
    });
  });

  it('names a file in annotations by its path in the repository, and one elsewhere in the text only', async () => {
    const outside = await runbook(directory, ['report', id, '--format', 'github']);
    expect(outside.stdout).toMatch(/^::error title=3\.3 restore::FAILED: .*%0Aat test\.yaml:21:9$/m);

    writeFileSync(join(directory, 'test.yaml'), '');
    const inside = await runbook(directory, ['report', id, '--format', 'github'], {
      GITHUB_WORKSPACE: join(directory, '..'),
    });
    expect(inside.stdout).toContain(`::error file=${basename(directory)}/test.yaml,line=21,col=9,title=3.3 restore::`);
    const elsewhere = await runbook(directory, ['report', id, '--format', 'github'], { GITHUB_WORKSPACE: '/usr' });
    expect(elsewhere.stdout).toContain('::error file=test.yaml,line=21,col=9,title=3.3 restore::');
  });

  it('gives the journal’s own hash, which verify takes', async () => {
    const { stdout } = await runbook(directory, ['report', id, '--format', 'json']);
    const { journal } = JSON.parse(stdout) as { journal: { head: string } };

    expect(await runbook(directory, ['verify', id, '--head', journal.head])).toMatchObject({ code: 0 });
    expect(await runbook(directory, ['verify', id, '--head', 'other'])).toMatchObject({ code: 1 });
  });

  it('is not verified under the name of another run', async () => {
    const runs = join(directory, '.runbook', 'runs');
    cpSync(join(runs, id), join(runs, 'run-2'), { recursive: true });

    const { code, stdout } = await runbook(directory, ['verify', 'run-2']);

    expect(stdout).toBe('NOT the journal of run-2: it is that of run-1, in a folder of another name\n');
    expect(code).toBe(1);
  });

  it('has a journal that can be checked without the program', () => {
    const folder = join(directory, '.runbook', 'runs', id);
    const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
    const hash = (command: string) =>
      execFileSync('bash', ['-c', `${command} | sha256sum`], { cwd: folder, encoding: 'utf8' }).slice(0, 64);

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ previous: hash('cat plan.json') });
    expect(JSON.parse(lines[7] ?? '')).toMatchObject({ previous: hash("sed -n 7p journal.jsonl | tr -d '\n'") });
  });

  it('gives a plan’s own bytes as JSON', async () => {
    const { stdout } = await runbook(directory, ['report', 'plan.json', '--format', 'json']);

    expect(stdout).toBe(readFileSync(join(directory, 'plan.json'), 'utf8'));
  });

  it.each([
    [
      ['report', 'plan.json', '--format', 'junit'],
      'a plan is shown as text, markdown, html, json, yaml, console, curl',
    ],
    [['report', id, '--format', 'yaml'], 'a run is shown as text, markdown, html, json, console, curl, junit, github'],
    [['report', id, '--format', 'pdf'], 'Allowed values: text'],
    [['report', 'nothing'], 'no run "nothing"'],
    [['report', 'nothing.json'], 'nothing.json cannot be read'],
    [['report', id, '--out', 'no/such/folder'], '--out no/such/folder'],
  ])('%s: says what is wrong', async (args, message) => {
    const { code, stderr } = await runbook(directory, args);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('runbook validate --format', () => {
  const directory = workingDirectory();

  beforeAll(() => {
    ownRunbook(
      directory,
      'wrong 1-7.10.yaml',
      `apiVersion: runbook/v1\nname: wrong\nelasticsearch: 7.10.x\ntitle: Wrong\nconnections: { es: { kind: elasticsearch } }\nsteps:\n  - { id: a, on: ess, call: GET /a }\n  - { id: b, on: es, call: PUT /a, until: { a: 1 } }\n`,
    );
  });

  it('sarif gives each result its rule and its region', async () => {
    const { code, stdout } = await runbook(directory, ['validate', 'runbooks/wrong 1-7.10.yaml', '--format', 'sarif']);
    const log = JSON.parse(stdout) as {
      version: string;
      runs: [
        {
          tool: { driver: { name: string; rules: { id: string }[] } };
          results: { ruleId: string; ruleIndex: number }[];
        },
      ];
    };

    expect(code).toBe(2);
    expect(log.version).toBe('2.1.0');
    const [{ tool, results }] = log.runs;
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results).toMatchObject([
      { ruleId: 'file-name', level: 'warning' },
      {
        ruleId: 'unknown-connection',
        level: 'error',
        message: { text: 'unknown connection "ess" — did you mean "es"?' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'runbooks/wrong%201-7.10.yaml' },
              region: { startLine: 7, startColumn: 18, endLine: 7, endColumn: 21 },
            },
          },
        ],
      },
      { ruleId: 'left-in-place', level: 'warning' },
      { ruleId: 'write-under-until' },
    ]);
  });

  it('github gives each one a line of its own', async () => {
    const { stdout } = await runbook(directory, ['validate', 'runbooks/wrong 1-7.10.yaml', '--format', 'github']);

    expect(stdout).toContain(
      '::error file=runbooks/wrong 1-7.10.yaml,line=7,col=18,title=unknown-connection::unknown connection "ess" — did you mean "es"?\n',
    );
    expect(stdout).toContain('1 file checked: 2 errors');
  });
});
