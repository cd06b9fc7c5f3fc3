import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalRequirement, Event, GivenApproval } from '../../src/engine/index.ts';
import { type Planned, planFromFiles } from '../../src/host/plan-from-files.ts';
import { prepareResume, prepareRollback, type ResumeOptions } from '../../src/host/resume.ts';
import { readRun } from '../../src/host/run-folders.ts';
import { version } from '../../src/host/version.ts';
import { approvalStatement, canonicalJson } from '../../src/plan/index.ts';
import { createJournal } from '../../src/runs/index.ts';
import { environmentText, head } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'runbook-resume-'));
const at = '2026-01-02T03:04:05.000Z';
let planned: Planned;

const ssh = (args: readonly string[], input = '') => execFileSync('ssh-keygen', args, { input, encoding: 'utf8' });
const publicKey = (name: string) => readFileSync(join(folder, `${name}.pub`), 'utf8');

beforeAll(async () => {
  writeFileSync(join(folder, 'test-7.10.yaml'), `${head}\n  - { id: make, on: es, call: PUT /made }\n`);
  writeFileSync(join(folder, 'env.yaml'), environmentText);
  const requires = (approvals: number, more = '') =>
    `${environmentText}requires: { approvals: ${approvals}, allowed_signers: signers${more} }\n`;
  writeFileSync(join(folder, 'one.yaml'), requires(1));
  writeFileSync(join(folder, 'two.yaml'), requires(2));
  writeFileSync(join(folder, 'others.yaml'), requires(1, ', prevent_self_approval: true'));
  for (const name of ['alice', 'bob']) ssh(['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  const signers = `alice@example.com ${publicKey('alice')}bob@example.com ${publicKey('bob')}`;
  writeFileSync(join(folder, 'signers'), signers);
  writeFileSync(join(folder, 'others'), `bob@example.com ${publicKey('bob')}`);
  writeFileSync(join(folder, 'pattern'), `*@example.com ${publicKey('alice')}`);
  const file = join(folder, 'test-7.10.yaml');
  planned = await planFromFiles(file, { env: join(folder, 'env.yaml'), author: 'ALICE@example.com' });
});

function approvalBy(name: string): GivenApproval {
  const statement = approvalStatement({
    format: 'runbook-approval/v1',
    plan: planned.id,
    name: `${name}@example.com`,
    approved_at: '2026-01-02T03:00:00.000Z',
    expires_at: '2026-01-02T04:00:00.000Z',
  });
  const signature = ssh(['-q', '-Y', 'sign', '-f', join(folder, name), '-n', 'runbook-plan'], statement);
  const [, fingerprint] = ssh(['-l', '-f', join(folder, `${name}.pub`)]).split(' ');
  return { name: `${name}@example.com`, key: `ED25519 ${fingerprint}`, statement, signature };
}

/** A run whose process died after its first event. */
async function runWith(
  approvals?: readonly GivenApproval[],
  approvals_required?: ApprovalRequirement,
): Promise<{ readonly id: string; readonly runs: string }> {
  const runs = mkdtempSync(join(folder, 'runs-'));
  const id = '20260102-030405-abcdef';
  const { plan } = planned;
  const origin = {
    ...planned.origin,
    confirm: [],
    ...(approvals === undefined ? {} : { approvals }),
    ...(approvals_required === undefined ? {} : { approvals_required }),
  };
  const started: Event = {
    ...{ type: 'run-started', operator: 'dana@laptop', at, run: id, mode: 'real', plan: planned.id, version, origin },
    ...{ runbook: plan.runbook.file, title: plan.runbook.title, environment: plan.environment.name },
    ...{ rollback: true, cluster_lock: false },
  };
  const journal = await createJournal(runs, id, canonicalJson(plan));
  await journal.record(started);
  await journal.close();
  return { id, runs };
}

async function said(
  { id, runs }: Awaited<ReturnType<typeof runWith>>,
  options: ResumeOptions = {},
  prepare = prepareResume,
): Promise<string> {
  try {
    const { recorded } = await prepare(await readRun(id, runs), options);
    return `goes on with ${recorded?.id}`;
  } catch (error) {
    return `${(error as { kind?: string }).kind}: ${(error as Error).message}`;
  }
}

const allowed = (file = 'signers') => ({ allowedSigners: join(folder, file) });

describe.each([
  ['resume', prepareResume],
  ['rollback', prepareRollback],
])('%s', (_what, prepare) => {
  it('goes on with a run that needed no approvals', async () => {
    expect(await said(await runWith(), {}, prepare)).toMatch(/^goes on/);
  });

  it('refuses the journal of another run under this name', async () => {
    const { id, runs } = await runWith();
    cpSync(join(runs, id), join(runs, 'copy'), { recursive: true });

    expect(await said({ id: 'copy', runs }, {}, prepare)).toMatch(
      new RegExp(`^usage: .*copy has the journal of the run ${id}, not of copy: the folder was copied or renamed`),
    );
    expect(await said({ id, runs }, {}, prepare)).toMatch(/^goes on/);
  });

  it('checks the approvals that the run began with', async () => {
    const run = await runWith([approvalBy('alice'), approvalBy('bob')], {
      required: 2,
      self_approval: true,
      signers: 'option',
    });

    expect(await said(run, allowed(), prepare)).toMatch(/^goes on/);
    expect(await said(run, {}, prepare)).toMatch(
      /^refused: .* began with 2 required approvals.*--allowed-signers FILE/,
    );
    expect(await said(run, allowed('others'), prepare)).toMatch(
      /^refused: .* has 1 of the 2 approvals [\s\S]*not counted: alice@example.com: .*others does not allow/,
    );
    expect(await said(run, allowed('pattern'), prepare)).toMatch(/^refused: .* has 0 of the 2 approvals/);
    expect(await said(run, { ...allowed(), requireApprovals: 1 }, prepare)).toMatch(/^goes on/);
    expect(await said(run, { ...allowed(), requireApprovals: 3 }, prepare)).toMatch(/^refused: .* 2 of the 3/);
    expect(await said(run, { requireApprovals: 3 }, prepare)).toMatch(/^usage: missing --allowed-signers/);
  });

  it('does not count the author, nor anybody twice', async () => {
    const own = await runWith([approvalBy('alice'), approvalBy('bob')], {
      required: 2,
      self_approval: false,
      signers: 'option',
    });
    const twice = await runWith([approvalBy('bob'), approvalBy('bob')], {
      required: 2,
      self_approval: true,
      signers: 'option',
    });
    const claimed = await runWith([{ ...approvalBy('bob'), key: 'ED25519 SHA256:other' }]);

    expect(await said(own, allowed(), prepare)).toMatch(/alice@example.com is the plan's author/);
    expect(await said(twice, allowed(), prepare)).toMatch(/bob@example.com has approved it already/);
    expect(await said(claimed, allowed(), prepare)).toMatch(/^refused: .*\n.*it was signed with another key/);
  });

  it('asks for what the environment requires, whatever the journal and the command line say', async () => {
    const env = (file: string) => ({ env: join(folder, file) });
    // Somebody has written the journal again, without its approvals, or without what was required.
    const none = await runWith();
    const one = await runWith([approvalBy('bob')], { required: 1, self_approval: true, signers: 'option' });
    const own = await runWith([approvalBy('alice')]);
    const both = await runWith([approvalBy('alice'), approvalBy('bob')]);

    expect(await said(none, env('two.yaml'), prepare)).toMatch(/^refused: .* has 0 of the 2 approvals/);
    expect(await said(one, env('two.yaml'), prepare)).toMatch(/^refused: .* has 1 of the 2 approvals/);
    expect(await said(both, env('two.yaml'), prepare)).toMatch(/^goes on/);
    expect(await said(own, env('one.yaml'), prepare)).toMatch(/^goes on/);
    expect(await said(own, env('others.yaml'), prepare)).toMatch(/^refused: .*\n.*is the plan's author/);
    for (const requireApprovals of [1, 2])
      expect(await said(one, { ...env('two.yaml'), ...allowed(), requireApprovals }, prepare)).toMatch(/1 of the 2/);
    // Options strengthen.
    expect(await said(both, { ...env('one.yaml'), requireApprovals: 3 }, prepare)).toMatch(/2 of the 3/);
    expect(await said(both, { ...env('two.yaml'), ...allowed('others') }, prepare)).toMatch(/1 of the 2/);
  });

  it('refuses a journal without approvals where they are required now', async () => {
    expect(await said(await runWith(), { ...allowed(), requireApprovals: 1 }, prepare)).toMatch(
      /^refused: .* 0 of the 1/,
    );
  });
});
