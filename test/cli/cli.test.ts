import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { program, runbook, workingDirectory } from '../program.ts';
import { environmentText, head } from '../support.ts';

let directory: string;
beforeEach(() => {
  directory = workingDirectory();
});

const file = (name: string, text: string) => {
  const path = join(directory, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const cli = (...args: string[]) => runbook(directory, args);

describe('the program', () => {
  it('is one file with its packages, but for a large one, and for the words about calls, that are seldom needed', () => {
    const outside = (file: string) =>
      [
        ...readFileSync(join(dirname(program), file), 'utf8').matchAll(
          /(?:require|import)\("([^"]+)"\)|from "([^"]+)"/g,
        ),
      ]
        .map(([, required, imported]) => required ?? imported ?? '')
        // ajv writes such lines into the code that it generates.
        .filter((name) => !isBuiltin(name) && !name.startsWith('ajv/'));
    expect(outside(basename(program))).toEqual([]);
    expect([...new Set(outside('program.cjs'))]).toEqual(['./summaries.cjs', 'ali-oss']);
  });
});

describe('runbook validate', () => {
  it('prints every error of every file, with its line and a caret', async () => {
    file(
      'runbooks/broken-7.10.yaml',
      `${head}  - { id: a, on: ess, call: 'GET /{{inputs.nmae}}' }\n  - { id: b, on: es, call: GET /, expect: { body: { state: OK } }, until: { 'a[': 1 } }\n  - { use: fragments/broken.yaml, id: c }\n`,
    );
    file(
      'runbooks/fragments/broken.yaml',
      'apiVersion: runbook/v1\nfragment: broken\ntitle: Broken\nsteps:\n  - { id: a, call: GET /, exepct: { status: 200 } }\n',
    );
    file('lab.yaml', environmentText.replace('{ env: PW }', 'hunter22').replace('{ env: TOKEN }', '{ evn: TOKEN }'));

    const ended = await cli('validate', 'broken-7.10', '--env', 'lab.yaml');

    expect(ended.code).toBe(2);
    await expect(ended.stdout).toMatchFileSnapshot('../golden/validate.txt');
    expect(ended.stdout).not.toContain('hunter22');
  });

  it('reports the rules of a runbook whose fragments are right, all at once', async () => {
    file(
      'runbooks/broken-7.10.yaml',
      `${head}  - { id: a, on: ess, call: 'GET /{{inputs.nmae}}' }\n  - { id: a, on: es, call: PUT /x, until: { 'a[': 1 } }\n`,
    );
    const ended = await cli('validate', 'broken-7.10');
    expect(ended.code).toBe(2);
    await expect(ended.stdout).toMatchFileSnapshot('../golden/validate-rules.txt');
  });

  it('finds nothing wrong with the bundled runbooks', async () => {
    const ended = await cli('validate');
    expect(ended).toMatchObject({ code: 0, stdout: '9 files checked: 0 errors\n' });
  });

  describe('of two runbooks that one name and version could mean', () => {
    const own = (name: string, range: string) =>
      file(
        name,
        `${head.replace('name: test', 'name: users').replace('7.10.x', range)}  - { id: a, on: es, call: GET / }\n`,
      );

    it('says so whichever of them it is asked about, once, in the file that can be changed', async () => {
      own('runbooks/users-8.yaml', '8.x');
      for (const names of [['users-8'], ['users-8.5'], ['users-8.5', 'users-8'], []]) {
        const { code, stdout } = await cli('validate', ...names);
        expect(code).toBe(2);
        expect(stdout.match(/overlapping-range/g)).toHaveLength(1);
        expect(stdout).toMatch(
          /^runbooks\/users-8\.yaml:3:16 {2}error: "users" on Elasticsearch 8\.5\.0, for example, /,
        );
        expect(stdout).toMatch(/could mean this runbook \(8\.x\) or \S+users-8\.5\.yaml \(>=8\.5 <10\)/);
      }
    });

    it('says so of files in one folder, and of files that are given together', async () => {
      own('procedures/users-8.yaml', '8.x');
      own('procedures/users-9.yaml', '8.19.x || 9.x');
      own('elsewhere/users-8.19.yaml', '8.19.3');
      expect((await cli('validate', 'procedures/users-9.yaml')).stdout).toContain(
        '8.19.0, for example, could mean this runbook (8.19.x || 9.x) or procedures/users-8.yaml (8.x)',
      );
      // Outside of ./runbooks no name leads to a file.
      expect((await cli('validate', 'elsewhere/users-8.19.yaml')).stdout).toBe('1 file checked: 0 errors\n');
      const both = await cli('validate', 'elsewhere/users-8.19.yaml', 'procedures/users-9.yaml');
      expect(both.stdout).toContain('or procedures/users-9.yaml (8.19.x || 9.x)');
    });

    it('finds nothing where a file replaces a shipped one by its name, or its ranges lie beside the others', async () => {
      own('runbooks/users-8.5.yaml', '8.x');
      own('runbooks/users-10.yaml', '10.x');
      expect(await cli('validate')).toMatchObject({ code: 0, stdout: '10 files checked: 0 errors\n' });
      const shipped = join(dirname(program), '..', 'runbooks', 'users-8.5.yaml');
      expect(await cli('validate', 'users-8.5', shipped)).toMatchObject({ code: 0 });
    });
  });

  it('shows terminal escapes inert', async () => {
    file('x.yaml', `${head}  - { id: a, on: "\\e[31mred", call: GET / }\n`);
    const ended = await cli('validate', 'x.yaml');
    expect(ended.stdout).not.toContain('\u001b');
    expect(ended.stdout).toContain('\\u001b[31mred');
  });

  it('refuses what is no text, and what is too large, without a stack trace', async () => {
    writeFileSync(join(directory, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    file('large.yaml', `a: ${'x'.repeat(5_000_001)}`);
    const { code, stdout, stderr } = await cli('validate', 'binary.yaml', 'large.yaml');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toContain('binary.yaml  error: cannot be read: it is not UTF-8 [unreadable-file]');
    expect(stdout).toContain('large.yaml  error: cannot be read: it is larger than 5 MB');
  });

  it('does not follow a link out of the folder of the runbook', async () => {
    const outside = join(mkdtempSync(join(tmpdir(), 'outside-')), 'part.yaml');
    writeFileSync(outside, 'apiVersion: runbook/v1\nfragment: part\ntitle: x\nsteps: []\n');
    file('x.yaml', `${head}  - { id: a, use: part.yaml }\n`);
    symlinkSync(outside, join(directory, 'part.yaml'));
    expect((await cli('validate', 'x.yaml')).stdout).toMatch(
      /part\.yaml cannot be read: it is a symbolic link to \S+, expected a file in its folder \[unreadable-file\]/,
    );
  });
});

describe('runbook plan', () => {
  const lab = `apiVersion: runbook/v1
environment: lab
connections:
  source: { url: 'https://source.example:9200', ca: ca.pem, auth: { basic: { username: elastic, password: { env: SOURCE_PASSWORD } } } }
  destination:
    url: https://destination.example:9200
    auth: { api_key: { file: key } }
    cluster_uuid: WCRm0suJQ4yE14J48tCvNg
    identities: { recovery: { auth: { basic: { username: recovery, password: { command: [pass, show, recovery] } } } } }
inputs: { repository: { endpoint: http://oss-cn-hangzhou-internal.aliyuncs.com, bucket: a-bucket, access_key_id: { env: OSS_KEY }, secret_access_key: { env: OSS_SECRET } } }
maintenance_windows: [{ days: [sat, sun], from: '01:00', to: '05:00', timezone: Asia/Shanghai }]
`;

  it('shows every call of users-7.10, offline, without reading a secret', async () => {
    file('lab.yaml', lab);
    file('ca.pem', 'a certificate');
    const ended = await cli('plan', 'users-7.10', '--env', 'lab.yaml');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    await expect(ended.stdout).toMatchFileSnapshot('../golden/users-7.10.plan.txt');
  });

  it('prints JSON whose SHA-256 is the id, and the same as YAML', async () => {
    file('lab.yaml', lab);
    file('ca.pem', 'a certificate');
    const { createHash } = await import('node:crypto');
    const { parse } = await import('yaml');
    const [text, json, yaml] = await Promise.all(
      ['text', 'json', 'yaml'].map((format) => cli('plan', 'users-7.10', '--env', 'lab.yaml', '--format', format)),
    );
    const id = createHash('sha256')
      .update(json?.stdout ?? '')
      .digest('hex');
    expect(text?.stdout).toContain(`plan         ${id}`);
    expect(yaml?.stdout).toContain(`# plan ${id}`);
    expect(parse(yaml?.stdout ?? '')).toEqual(JSON.parse(json?.stdout ?? ''));
  });

  it('gives the same plan from another directory', async () => {
    file('lab.yaml', lab);
    file('ca.pem', 'a certificate');
    const here = await cli('plan', 'users-7.10', '--env', 'lab.yaml', '--format', 'json');
    const there = await runbook(workingDirectory(), [
      'plan',
      'users-7.10',
      '--env',
      join(directory, 'lab.yaml'),
      '--format',
      'json',
    ]);
    expect(there.stdout).toBe(here.stdout);
  });

  it('refuses a literal password, names its line and does not show it', async () => {
    file('lab.yaml', lab.replace('{ env: SOURCE_PASSWORD }', 'hunter22'));
    const ended = await cli('plan', 'users-7.10', '--env', 'lab.yaml');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      'lab.yaml:4:107  error: "password" is a literal secret; expected a reference [literal-secret]',
    );
    expect(ended.stdout + ended.stderr).not.toContain('hunter22');
  });

  it('refuses a password in a url and does not show it', async () => {
    file('lab.yaml', lab.replace('https://destination', 'https://me:hunter22@destination'));
    const ended = await cli('plan', 'users-7.10', '--env', 'lab.yaml');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('"url" must be http(s)://host:port without user name, password or query');
    expect(ended.stdout + ended.stderr).not.toContain('hunter22');
  });

  it('does not show a password that stands beside another mistake', async () => {
    const password = 'password: { env: SOURCE_PASSWORD }';
    const mistakes = [
      [password, 'pasword: hunter22'],
      [password, 'password: hunter22, password: hunter22'],
      [password, 'password: hunter22, usrname: x'],
      [password, 'password: { hunter22 }'],
      [password, 'password: *hunter22'],
      [password, 'password: !hunter22 x'],
      [password, 'password: [hunter22'],
      [password, '"hunter22 {{x}}": 1'],
      ['{ env: OSS_KEY }', 'hunter22'],
      ['{ env: OSS_KEY }', '{ env: hunter22!! }'],
      ['{ basic: { username: elastic, password: { env: SOURCE_PASSWORD } } }', 'hunter22'],
      ["from: '01:00'", 'from: hunter22'],
    ] as const;
    for (const [from, to] of mistakes) {
      file('lab.yaml', lab.replace(from, to));
      const ended = await cli('plan', 'users-7.10', '--env', 'lab.yaml');
      expect(ended.code).toBe(2);
      expect(ended.stderr).not.toBe('');
      expect(ended.stdout + ended.stderr).not.toContain('hunter22');
    }
  });
});

describe('the command line', () => {
  it('exits with 2 where it is wrong, and says what it takes', async () => {
    expect(await cli('exec', 'users-7.10')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('missing --env <file>'),
    });
    expect(await cli('plan', 'move-things', '--env', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'no runbook "move-things" in ./runbooks or among the bundled ones\nThere are prepare-users-7.10, ',
      ),
    });
    expect(await cli('plan', 'users-7.10', '--env', 'none.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--env none\.yaml: no such file\nThere is no environment file here/),
    });
    expect(await cli('launch')).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'launch'") });
    expect(await cli('show', '../../etc')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no run "../../etc"'),
    });
    expect(await cli('--help')).toMatchObject({ code: 0, stderr: '' });
  });

  it('lists runbooks, those of ./runbooks before the bundled ones', async () => {
    file('runbooks/mine-7.10.yaml', `${head}  - { id: a, on: es, call: GET / }\n`);
    file('runbooks/wrong-7.10.yaml', 'a: 1');
    const { stdout } = await cli('list');
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, 2)).toEqual([
      ['RUNBOOK', 'ELASTICSEARCH', 'STRATEGY', 'TITLE'],
      ['mine-7.10', '7.10.x', '–', 'A test'],
    ]);
    expect(rows.slice(-3)).toEqual([
      ['visualizations-copy-7.10', '>=7.10 <10', 'copy', 'Copy Kibana visualizations from one Kibana to another'],
      ['runbooks/wrong-7.10.yaml', '–', '–', 'not valid: see runbook validate'],
      [''],
    ]);
    expect(rows).toContainEqual(['users-merge-7.10', '7.10.x', 'merge', 'Add the users and roles of another cluster']);
  });

  it('sends nothing where a secret is missing, empty or too short', async () => {
    file(
      'x-7.10.yaml',
      `${head}  - { id: a, on: es, call: GET / }\n  - { id: b, on: es, as: recovery, call: GET / }\n`,
    );
    file(
      'lab.yaml',
      environmentText.replace('{ env: TOKEN }', '{ command: [sh, -c, "echo the-output-of-it; exit 3"] }'),
    );
    const exec = (env: Record<string, string>) => runbook(directory, ['exec', 'x-7.10.yaml', '--env', 'lab.yaml'], env);
    expect(await exec({ KEY: 'a-good-key' })).toMatchObject({
      code: 2,
      stderr: 'the password of connection "es": the environment variable PW is not set\n',
    });
    expect(await exec({ KEY: '' })).toMatchObject({ code: 2, stderr: 'the input "key" (env KEY) is empty\n' });
    expect(await exec({ KEY: 'abc' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is shorter than 4 characters'),
    });
    expect(await exec({ KEY: 'a-good-key', PW: 'a-good-pw' })).toMatchObject({
      code: 2,
      stderr: 'the token of the identity "recovery" of connection "es": the command sh failed (3)\n',
    });
    expect(await cli('runs')).toMatchObject({ code: 0, stdout: 'no runs in .runbook/runs\n' });
    // The secret of a login that the plan does not use is not asked for.
    file('x-7.10.yaml', `${head}  - { id: a, on: es, call: GET / }\n`);
    expect((await exec({ KEY: 'a-good-key', PW: 'a-good-pw' })).code).toBe(4);
  });
});

describe('what needs no cluster', () => {
  it('does not load a client', async () => {
    file('lab.yaml', environmentText);
    file('x-7.10.yaml', `${head}  - { id: a, on: es, call: GET / }\n`);
    // Node prints every module that it resolves.
    for (const args of [
      ['validate', 'x-7.10.yaml'],
      ['plan', 'x-7.10.yaml', '--env', 'lab.yaml'],
      ['list'],
      ['--help'],
    ]) {
      const ended = await runbook(directory, args, { NODE_DEBUG: 'module,esm' });
      expect(ended.code).toBe(0);
      expect(ended.stderr).toContain('dist/runbook.js');
      expect(ended.stderr).not.toMatch(/@elastic|ali-oss/);
    }
  });
});

describe('a fragment alone', () => {
  it('is checked by the same rules, and does not run', async () => {
    file(
      'runbooks/fragments/part.yaml',
      "apiVersion: runbook/v1\nfragment: part\ntitle: A part\nsteps:\n  - { id: a, call: 'GET /{{inputs.nmae}}' }\n",
    );
    const ended = await cli('validate', 'runbooks/fragments/part.yaml');
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain('unknown input "nmae"');
    expect(ended.stdout).toContain('1 file checked: 2 errors');
    file('lab.yaml', environmentText);
    expect((await cli('plan', 'runbooks/fragments/part.yaml', '--env', 'lab.yaml')).stderr).toContain(
      'is a fragment; it runs only where a runbook uses it',
    );
  });
});
