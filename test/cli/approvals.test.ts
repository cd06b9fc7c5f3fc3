import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approvalsOf } from '../../src/host/approvals.ts';
import { readPlanFile } from '../../src/host/plan-file.ts';
import { approvalStatement, canonicalJson } from '../../src/plan/index.ts';
import { hashOf } from '../../src/runs/index.ts';
import { lastJournal, runbook, workingDirectory } from '../program.ts';
import { sandbox, stopSandboxes } from '../sandbox-process.ts';
import { planOf } from '../support.ts';

afterAll(stopSandboxes);

const ssh = (args: readonly string[], input = '') => execFileSync('ssh-keygen', args, { input, encoding: 'utf8' });

/** People with keys, all but Mallory in the file of allowed signers. */
const keys = mkdtempSync(join(tmpdir(), 'runbook-keys-'));
const keyOf = (name: string) => join(keys, name);
const allowed = keyOf('allowed_signers');

beforeAll(() => {
  for (const [name, type] of [
    ['alice', 'ed25519'],
    ['bob', 'ecdsa'],
    ['carol', 'rsa'],
    ['mallory', 'ed25519'],
  ] as const)
    ssh(['-q', '-t', type, '-N', '', '-C', name, '-f', keyOf(name)]);
  const line = (name: string, key = name, options = '') =>
    `${name}@example.com ${options}${readFileSync(keyOf(`${key}.pub`), 'utf8')}`;
  const lines = [line('alice'), line('bob'), line('carol'), line('retired', 'carol', 'valid-before="20200101" ')];
  writeFileSync(allowed, `${lines.join('')}${line('alias', 'alice')}`);
});

const plan = { ...planOf(`\n  - { id: make, on: es, call: PUT /made }\n`), author: 'alice@example.com' };
const id = hashOf(canonicalJson(plan));
const hour = 3_600_000;

/** What `runbook approve` writes, made by ssh-keygen itself. */
function approvedBy(
  file: string,
  name: string,
  { key = name, of = id, from = 0, to = hour, namespace = 'runbook-plan' } = {},
): void {
  const times = {
    approved_at: new Date(Date.now() + from).toISOString(),
    expires_at: new Date(Date.now() + to).toISOString(),
  };
  const who = `${name}@example.com`;
  const statement = approvalStatement({ format: 'runbook-approval/v1', plan: of, name: who, ...times });
  writeFileSync(`${file}.${who}.approval`, statement);
  writeFileSync(`${file}.${who}.approval.sig`, ssh(['-q', '-Y', 'sign', '-f', keyOf(key), '-n', namespace], statement));
}

function planFile(): string {
  const file = join(workingDirectory(), 'plan.json');
  writeFileSync(file, canonicalJson(plan));
  return file;
}

async function outcome(file: string, required = 1, withoutAuthor = false, allowedSigners = allowed): Promise<string> {
  return approvalsOf(readPlanFile(file), { required, allowedSigners, withoutAuthor }).then(
    (given) => given.map(({ name }) => name).join(', '),
    (error: Error) => error.message,
  );
}

describe('approvals of a plan', () => {
  it('count when ssh-keygen has signed them, one of each person, whatever kind of key they have', async () => {
    const file = planFile();
    approvedBy(file, 'alice');
    approvedBy(file, 'bob');
    approvedBy(file, 'carol');

    expect(await outcome(file, 3)).toBe('alice@example.com, bob@example.com, carol@example.com');
  });

  it('count when the bytes of the plan are signed', async () => {
    const file = planFile();
    ssh(['-q', '-Y', 'sign', '-f', keyOf('bob'), '-n', 'runbook-plan', file]);

    expect(await outcome(file)).toBe('bob@example.com');
  });

  it.each<[string, RegExp, (file: string) => void]>([
    ['nobody has signed', /has 0 of the 1 approvals that are required/, () => undefined],
    [
      'an unknown key has signed',
      /does not allow the key ED25519 SHA256:\S+ to bob@/,
      (file) => approvedBy(file, 'bob', { key: 'mallory' }),
    ],
    [
      'somebody unknown has signed',
      /does not allow the key \S+ \S+ to mallory@/,
      (file) => approvedBy(file, 'mallory'),
    ],
    [
      'another one of the file has signed',
      /does not allow the key RSA \S+ to bob@/,
      (file) => approvedBy(file, 'bob', { key: 'carol' }),
    ],
    ['it has expired', /it has expired \(2/, (file) => approvedBy(file, 'bob', { from: -2 * hour, to: -1 })],
    ['it is from the future', /given in the future/, (file) => approvedBy(file, 'bob', { from: hour, to: 2 * hour })],
    ['it is for another plan', /it is for another plan \(abc\)/, (file) => approvedBy(file, 'bob', { of: 'abc' })],
    ['it is for another purpose', /namespace does not match/, (file) => approvedBy(file, 'bob', { namespace: 'git' })],
    [
      'the key is not allowed any more',
      /does not allow .* retired@.*expired/,
      (file) => approvedBy(file, 'retired', { key: 'carol' }),
    ],
    [
      'it was edited',
      /its signature is not good: .*incorrect signature/,
      (file) => {
        approvedBy(file, 'bob');
        const path = `${file}.bob@example.com.approval`;
        writeFileSync(path, readFileSync(path, 'utf8').replace(/"expires_at": "\d{4}/, '"expires_at": "2999'));
      },
    ],
    ['it is not signed', /it is not signed/, (file) => writeFileSync(`${file}.bob@example.com.approval`, '{}')],
    [
      'it is no approval',
      /it is not an approval: its format/,
      (file) => {
        writeFileSync(`${file}.x.approval`, '{"__proto__":{"format":"runbook-approval/v1"}}');
        writeFileSync(`${file}.x.approval.sig`, 'x');
      },
    ],
    [
      'its signature is none',
      /its signature is not good: .*missing header/,
      (file) => {
        approvedBy(file, 'bob');
        writeFileSync(`${file}.bob@example.com.approval.sig`, 'x');
      },
    ],
    [
      'the bytes of another plan are signed',
      /plan\.json\.sig: its signature is not good: .*incorrect signature/,
      (file) => writeFileSync(`${file}.sig`, ssh(['-q', '-Y', 'sign', '-f', keyOf('bob'), '-n', 'runbook-plan'], 'x')),
    ],
  ])('do not count when %s', async (_case, message, arrange) => {
    const file = planFile();
    arrange(file);

    expect(await outcome(file)).toMatch(message);
  });

  it('count once for each person and each key', async () => {
    const file = planFile();
    approvedBy(file, 'alice');
    approvedBy(file, 'alias', { key: 'alice' });
    approvedBy(file, 'bob');
    ssh(['-q', '-Y', 'sign', '-f', keyOf('bob'), '-n', 'runbook-plan', file]);

    const said = await outcome(file, 3);

    expect(said).toContain('has 2 of the 3 approvals');
    expect(said).toContain('its key is that of alias@example.com, who has approved it already');
    expect(said).toContain('plan.json.sig: bob@example.com has approved it already');
  });

  it('count nobody whom the file of allowed signers has as a pattern only', async () => {
    const file = planFile();
    approvedBy(file, 'alice');
    approvedBy(file, 'nobody', { key: 'mallory' });
    ssh(['-q', '-Y', 'sign', '-f', keyOf('mallory'), '-n', 'runbook-plan', file]);
    const publicKey = (name: string) => readFileSync(keyOf(`${name}.pub`), 'utf8');
    const signers = ['*@example.com', '"*@example.com"', 'ali?e@example.com', '!bob@example.com,*']
      .map((pattern) => `${pattern} ${publicKey('mallory')}`)
      .concat(`*,alice@example.com ${publicKey('alice')}`)
      .join('');
    writeFileSync(join(file, '..', 'patterns'), signers);

    const said = await outcome(file, 2, false, join(file, '..', 'patterns'));

    expect(said).toContain('has 1 of the 2 approvals');
    expect(said).toContain('approved by alice@example.com');
    expect(said).toMatch(
      /nobody@example.com.approval: .*patterns \(\*, \?, !\), which count as nobody: name each person/,
    );
    expect(said).toMatch(/plan\.json\.sig: .* does not allow the key ED25519 \S+ to anybody/);
  });

  it('count once for each person, however the name is written', async () => {
    const file = planFile();
    approvedBy(file, 'dana', { key: 'bob' });
    approvedBy(file, 'DANA', { key: 'carol' });
    approvedBy(file, 'ALICE', { key: 'alice' });
    const line = (name: string, key: string) => `${name}@example.com ${readFileSync(keyOf(`${key}.pub`), 'utf8')}`;
    const signers = join(file, '..', 'signers');
    writeFileSync(signers, [line('dana', 'bob'), line('DANA', 'carol'), line('ALICE', 'alice')].join(''));

    expect(await outcome(file, 3, false, signers)).toContain(
      'dana@example.com.approval: DANA@example.com has approved',
    );
    expect(await outcome(file, 2, true, signers)).toContain("ALICE@example.com is the plan's author");
  });

  it('count once for each key, also as a certificate', async () => {
    const file = planFile();
    ssh(['-q', '-t', 'ed25519', '-N', '', '-f', keyOf('authority')]);
    const people = 'erin@example.com,frank@example.com';
    ssh(['-q', '-s', keyOf('authority'), '-I', 'one', '-n', people, '-V', '+1h', keyOf('bob.pub')]);
    approvedBy(file, 'bob');
    approvedBy(file, 'erin', { key: 'bob-cert.pub' });
    approvedBy(file, 'frank', { key: 'bob-cert.pub' });
    const signers = join(file, '..', 'signers');
    const authority = `${people} cert-authority ${readFileSync(keyOf('authority.pub'), 'utf8')}`;
    writeFileSync(signers, `bob@example.com ${readFileSync(keyOf('bob.pub'), 'utf8')}${authority}`);

    const said = await outcome(file, 2, false, signers);

    expect(said).toContain('has 1 of the 2 approvals');
    expect(said).toContain(
      'erin@example.com.approval: its key is that of bob@example.com, who has approved it already',
    );
    writeFileSync(signers, authority);
    expect(await outcome(file, 1, false, signers)).toBe('erin@example.com');
  });

  it('are not waited for where a FIFO has their place', async () => {
    const file = planFile();
    approvedBy(file, 'bob');
    execFileSync('mkfifo', [`${file}.sig`, `${file}.x.approval`, `${file}.x.approval.sig`]);

    expect(await outcome(file, 2)).toContain('plan.json.sig: it cannot be read: it is a FIFO, expected a regular file');
  });

  it('do not count from the author of the plan where that is asked for', async () => {
    const file = planFile();
    approvedBy(file, 'alice');

    expect(await outcome(file, 1, false)).toBe('alice@example.com');
    expect(await outcome(file, 1, true)).toContain("alice@example.com is the plan's author");
  });
});

describe('runbook plan --out, approve, exec --plan', () => {
  let directory: string;
  let env: string;
  const plan = () => join(directory, 'plan.json');
  const exec = (...args: string[]) => runbook(directory, ['exec', '--env', env, '--dry-run', ...args]);

  beforeAll(async () => {
    directory = workingDirectory();
    env = (await sandbox(directory, '7.10')).env;
    const author = ['--author', 'carol@example.com'];
    const made = ['--set', 'snapshot=other', '--pin', '--out', 'plan.json', ...author];
    const ended = await runbook(directory, ['plan', 'users-7.10', '--env', env, ...made]);
    expect(ended.stderr).toContain(`plan ${hashOf(readFileSync(plan(), 'utf8'))} is in plan.json`);
  });

  it('keeps which clusters it is for', () => {
    const { connections } = readPlanFile(plan()).plan.environment;

    expect(connections.destination?.cluster_uuid).toBe('sandbox-destination-00');
    expect(connections.source?.cluster_uuid).toBe('sandbox-source-0000000');
  });

  it('runs exactly the approved plan, and the record proves it', async () => {
    for (const name of ['alice', 'bob']) {
      const args = ['--name', `${name}@example.com`, '--key', keyOf(name), '--expires', '8h'];
      expect(await runbook(directory, ['approve', 'plan.json', ...args])).toMatchObject({ code: 0 });
      const statement = `${plan()}.${name}@example.com.approval`;
      const identity = ['-f', allowed, '-I', `${name}@example.com`, '-n', 'runbook-plan', '-s', `${statement}.sig`];
      expect(ssh(['-Y', 'verify', ...identity], readFileSync(statement, 'utf8'))).toContain('Good "runbook-plan"');
    }
    for (const format of ['text', 'markdown', 'html']) {
      const shown = await runbook(directory, ['report', 'plan.json', '--format', format, '--allowed-signers', allowed]);
      expect(shown.stdout).toContain(format === 'markdown' ? 'approved by bob@' : 'bob@');
      expect(shown.stdout).toMatch(/bob@.*ECDSA SHA256:/);
    }
    const needed = ['--require-approvals', '2', '--allowed-signers', allowed, '--prevent-self-approval'];

    const ended = await exec('--plan', 'plan.json', ...needed);

    expect(ended.code).toBe(0);
    const [started] = lastJournal(directory);
    if (started?.type !== 'run-started') throw new Error('no run');
    expect(started.plan).toBe(readPlanFile(plan()).id);
    expect(started.origin.approvals?.map(({ name }) => name)).toEqual(['alice@example.com', 'bob@example.com']);
    const verified = await runbook(directory, ['verify', started.run, '--allowed-signers', allowed]);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toMatch(/^approved by bob@example.com \(ECDSA SHA256:\S+\), until /m);
    // Who is not in the file, or no longer, has not approved it.
    writeFileSync(join(directory, 'others'), readFileSync(allowed, 'utf8').replace(/^bob.*\n/m, ''));
    const others = await runbook(directory, ['verify', started.run, '--allowed-signers', 'others']);
    expect(others.code).toBe(1);
    expect(others.stdout).toContain('NOT approved by bob@example.com: others does not allow the key');
    expect(others.stdout).toContain('NOT enough: 1 of the 2 approvals that the run required');
    // Nor has who is one person by another name, or is there as a pattern.
    const twice = readFileSync(allowed, 'utf8').replace(/^bob@example\.com/m, '*@example.com');
    writeFileSync(join(directory, 'others'), twice);
    const pattern = await runbook(directory, ['verify', started.run, '--allowed-signers', 'others']);
    expect(pattern.code).toBe(1);
    expect(pattern.stdout).toContain('NOT approved by bob@example.com: others does not allow the key');
  });

  it.each<[string, RegExp, (text: string) => string]>([
    [
      'a byte of a path is',
      /was edited.*\n.*\n?.*request\.path/,
      (text) => text.replace('my_backup/other"', 'my_backup/othes"'),
    ],
    [
      'a title is',
      /users-7\.10\.yaml with .* gives: it was edited/,
      (text) => text.replace('Snapshot the', 'Snapshow the'),
    ],
    [
      'the user is',
      /environment\.connections\.destination\.auth\.username/,
      (text) => text.replace('"username":"runner"', '"username":"runnes"'),
    ],
    ['the form is', /bytes are not those/, (text) => JSON.stringify(JSON.parse(text), null, 2)],
  ])('refuses a plan of which %s changed', async (_what, message, change) => {
    const changed = change(readFileSync(plan(), 'utf8'));
    writeFileSync(join(directory, 'changed.json'), changed);

    const { code, stderr } = await exec('--plan', 'changed.json');

    expect(stderr).toMatch(message);
    expect(code).toBe(4);
  });

  it('refuses a plan for another environment', async () => {
    const folder = join(directory, '.runbook', 'sandbox');
    const text = readFileSync(join(directory, env), 'utf8');
    writeFileSync(
      join(folder, 'elsewhere.yaml'),
      text.replace(/(destination:[\s\S]*?url: \S*?127\.0\.0\.1:)\d+/, '$11'),
    );

    const ended = await runbook(directory, ['exec', '--env', join(folder, 'elsewhere.yaml'), '--plan', 'plan.json']);

    expect(ended.stderr).toContain('environment.connections.destination.url');
    expect(ended.code).toBe(4);
  });

  it('refuses a plan whose approvals are of another one', async () => {
    for (const name of ['alice', 'bob'])
      for (const end of ['', '.sig'])
        if (existsSync(`${plan()}.${name}@example.com.approval${end}`))
          cpSync(`${plan()}.${name}@example.com.approval${end}`, join(directory, `second.json.${name}.approval${end}`));
    await runbook(directory, ['plan', 'users-7.10', '--env', env, '--out', 'second.json']);

    const ended = await exec('--plan', 'second.json', '--require-approvals', '1', '--allowed-signers', allowed);

    expect(ended.stderr).toContain('it is for another plan');
    expect(ended.code).toBe(4);
  });

  it('refuses a file of 100 MB without reading it', async () => {
    writeFileSync(join(directory, 'large.json'), '');
    truncateSync(join(directory, 'large.json'), 100_000_000);

    const { code, stderr } = await exec('--plan', 'large.json');

    expect(stderr).toContain('it is 100 MB large, and a plan at most 16 MB');
    expect(code).toBe(4);
  });

  it.each<[string, string[]]>([
    ['--set and --plan', ['--plan', 'plan.json', '--set', 'user=a']],
    ['approvals are for a plan in a file', ['users-7.10', '--require-approvals', '1', '--allowed-signers', allowed]],
    ['whose approvals count', ['--plan', 'plan.json', '--require-approvals', '1']],
    ['how many people', ['--plan', 'plan.json', '--prevent-self-approval']],
    ['missing runbook', []],
    ['Expected a number from 1 to 99', ['--plan', 'plan.json', '--require-approvals', '0']],
  ])('asks for what is missing: %s', async (message, args) => {
    const { code, stderr } = await exec(...args);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('takes the name from the public key, and asks for one where there is none', async () => {
    const approve = (...args: string[]) => runbook(directory, ['approve', 'plan.json', ...args]);
    const named = await approve('--key', keyOf('mallory'));
    writeFileSync(join(directory, 'bare'), readFileSync(keyOf('mallory')), { mode: 0o600 });
    const bare = await approve('--key', 'bare');
    writeFileSync(join(directory, 'bare.pub'), 'ssh-ed25519 AAAA the key of Mallory\n');
    const odd = await approve('--key', 'bare');
    const none = await approve('--key', 'nothing', '--name', 'nobody');

    expect(named.stdout).toContain('approved by mallory for 24h');
    expect(bare.stderr).toContain('bare.pub says "": who approves it?');
    expect(odd.stderr).toContain('bare.pub says "the key of Mallory": who approves it?');
    expect(none.stderr).toContain('ssh-keygen could not sign with nothing');
    expect([bare.code, odd.code, none.code]).toEqual([2, 2, 2]);
    expect(existsSync(`${plan()}.nobody.approval`)).toBe(false);
  });

  describe('in an environment that requires approvals', () => {
    const strict = join('.runbook', 'sandbox', 'strict.yaml');
    const execPlan = (...args: string[]) =>
      runbook(directory, ['exec', '--plan', 'ada.json', '--env', strict, ...args]);
    const approve = (name: string) =>
      runbook(directory, ['approve', 'ada.json', '--name', `${name}@example.com`, '--key', keyOf(name)]);

    beforeAll(async () => {
      cpSync(allowed, join(directory, '.runbook', 'sandbox', 'signers'));
      const requires = 'requires: { approvals: 2, allowed_signers: signers, prevent_self_approval: true }\n';
      writeFileSync(join(directory, strict), `${readFileSync(join(directory, env), 'utf8')}${requires}`);
      writeFileSync(join(directory, 'mallory'), `mallory@example.com ${readFileSync(keyOf('mallory.pub'), 'utf8')}`);
      const made = ['--set', 'user=ada', '--out', 'ada.json', '--author', 'carol@example.com'];
      await runbook(directory, ['plan', 'prepare-users-7.10', '--env', strict, ...made]);
      for (const name of ['carol', 'alice', 'mallory']) await approve(name);
    });

    it('refuses a run without a plan in a file, and lets a dry run go on', async () => {
      const args = ['exec', 'prepare-users-7.10', '--env', strict];

      const refused = await runbook(directory, args);

      expect(refused.code).toBe(4);
      expect(refused.stderr).toMatch(/requires approvals .*have 2 people approve it .*no write was sent/);
      expect((await runbook(directory, [...args, '--dry-run'])).code).toBe(0);
    });

    it('runs what enough people have approved, and no option weakens that', async () => {
      const mallory = ['--allowed-signers', 'mallory'];
      for (const options of [[], ['--require-approvals', '1'], mallory, [...mallory, '--require-approvals', '1']]) {
        const refused = await execPlan(...options);
        expect(refused.code).toBe(4);
        expect(refused.stderr).toContain('ada.json has 1 of the 2 approvals that are required');
        expect(refused.stderr).toContain("carol@example.com is the plan's author");
      }
      await approve('bob');
      expect((await execPlan('--require-approvals', '3')).stderr).toContain('has 2 of the 3 approvals');
      expect((await execPlan(...mallory)).stderr).toContain('has 1 of the 2 approvals');

      const ended = await execPlan();

      expect(ended).toMatchObject({ code: 0, stderr: '' });
      const [started] = lastJournal(directory);
      if (started?.type !== 'run-started') throw new Error('no run');
      const required = { required: 2, self_approval: false, signers: 'environment' };
      expect(started.origin.approvals_required).toEqual(required);
      // Who rolls it back needs no option, and is told so.
      expect(ended.stdout).toMatch(/^Roll it back: runbook rollback \S+$/m);
      const rolledBack = await runbook(directory, ['rollback', started.run, '--yes']);
      expect(rolledBack).toMatchObject({ code: 0, stderr: '' });
    });

    it('names the option that a later command needs where the people came from an option', async () => {
      const { stdout } = await runbook(directory, [
        ...['exec', '--plan', 'ada.json', '--env', env],
        ...['--require-approvals', '2', '--allowed-signers', allowed],
      ]);
      const [, command = ''] = /^Roll it back: runbook (.*)$/m.exec(stdout) ?? [];

      expect(command).toMatch(/^rollback \S+ --allowed-signers FILE$/);
      const given = command.replace('FILE', allowed).split(' ');
      expect(await runbook(directory, [...given, '--yes'])).toMatchObject({ code: 0, stderr: '' });
    });
  });

  it('refuses an approved plan once its environment was changed: secrets, identities, certificates', async () => {
    const folder = join(directory, '.runbook', 'sandbox');
    const text = readFileSync(join(directory, env), 'utf8');
    const https = text.replace(/(destination:\n\s+)url: http:/, '$1ca: ca.pem\n    url: https:');
    const certificate = 'one certificate';
    writeFileSync(join(folder, 'ca.pem'), certificate);
    writeFileSync(join(folder, 'tls.yaml'), https);
    const path = join('.runbook', 'sandbox', 'tls.yaml');
    const planned = await runbook(directory, ['plan', 'users-7.10', '--env', path, '--out', 'tls.json']);
    expect(planned.stdout).toContain(`ca of SHA-256 ${hashOf(certificate)}`);
    const exec = () => runbook(directory, ['exec', '--plan', 'tls.json', '--env', path]);
    const touch = `{ command: [sh, -c, "touch ${join(directory, 'touched')}; echo a-long-secret"] }`;
    const password = /password: \{ [^}]* \}/;
    const changes: [field: string, arrange: () => void][] = [
      ['ca_sha256', () => writeFileSync(join(folder, 'ca.pem'), 'another one')],
      ['auth.password', () => writeFileSync(join(folder, 'tls.yaml'), https.replace(password, `password: ${touch}`))],
      [
        'identities.recovery',
        () =>
          writeFileSync(
            join(folder, 'tls.yaml'),
            https.replace(/(recovery: [\s\S]*?)password: \{ [^}]* \}/, `$1password: ${touch}`),
          ),
      ],
      [
        'fingerprint',
        () => writeFileSync(join(folder, 'tls.yaml'), https.replace('ca: ca.pem', `fingerprint: "${'ab'.repeat(32)}"`)),
      ],
    ];
    for (const [field, arrange] of changes) {
      arrange();
      const refused = await exec();
      expect(refused.stderr).toContain(field);
      expect(refused.code).toBe(4);
      writeFileSync(join(folder, 'ca.pem'), certificate);
      writeFileSync(join(folder, 'tls.yaml'), https);
    }
    expect(existsSync(join(directory, 'touched'))).toBe(false);
  });

  it('asks where the runbook of a plan is, if its name is not found', async () => {
    cpSync(join('runbooks', 'prepare-users-7.10.yaml'), join(directory, 'ops', 'own-7.10.yaml'));
    cpSync(join('runbooks', 'fragments'), join(directory, 'ops', 'fragments'), { recursive: true });
    await runbook(directory, ['plan', 'ops/own-7.10.yaml', '--env', env, '--out', 'own.json']);

    const without = await exec('--plan', 'own.json');
    const found = await exec('ops/own-7.10.yaml', '--plan', 'own.json');

    expect(without.stderr).toContain('Say where it is: runbook exec PATH/own-7.10.yaml --plan own.json');
    expect(without.code).toBe(2);
    expect(found.code).toBe(0);
  });

  it('compares it with what the runbook gives now', async () => {
    const args = ['diff', 'plan.json', 'users-7.10', '--env', env, '--detailed-exitcode'];

    const same = await runbook(directory, args);
    const other = await runbook(directory, [...args, '--set', 'users=lena', '--format', 'json']);

    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('the same, byte by byte') });
    expect(other.code).toBe(5);
    expect(JSON.parse(other.stdout)).toMatchObject({
      format: 'runbook-diff/v1',
      same: false,
      head: [{ field: 'inputs.users.value', before: [], after: ['lena'] }],
    });
  });
});
