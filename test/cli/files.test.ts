import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownRunbook, runbook, workingDirectory } from '../program.ts';

const secret = 's3cr3t-tok3n-1234';

describe('files that are something else than they seem', () => {
  let directory: string;
  const cli = (...args: string[]) => runbook(directory, args, { CI_TOKEN: secret });
  const own = (name: string) => join(directory, 'runbooks', name);

  beforeEach(() => {
    directory = workingDirectory();
    ownRunbook(
      directory,
      'good-8.yaml',
      'apiVersion: runbook/v1\nname: good\nelasticsearch: 8.x\ntitle: Good\nconnections: { c: { kind: elasticsearch } }\nsteps: [{ id: a, on: c, call: GET / }]\n',
    );
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: lab\nconnections: { c: { url: 'http://127.0.0.1:1', auth: { bearer: { file: token } } } }\n`,
    );
  });

  it('a runbook that is a link out of its folder is not read: what it leads to is in no message', async () => {
    symlinkSync('/proc/self/environ', own('x-8.yaml'));
    for (const args of [
      ['validate'],
      ['list'],
      ['plan', 'x-8', '--env', 'env.yaml'],
      ['validate', 'x-8', '--format', 'sarif'],
    ]) {
      const { code, stdout, stderr } = await cli(...args);
      expect([args, code]).toEqual([args, args[0] === 'list' ? 0 : 2]);
      expect(stdout + stderr).toMatch(
        args[0] === 'list' ? /not valid/ : /symbolic link to \/proc\/\S+, expected a file in its folder/,
      );
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('a FIFO, a dangling link and a folder among the runbooks keep nobody waiting, and hide no other error', async () => {
    execFileSync('mkfifo', [own('fifo.yaml')]);
    symlinkSync('nowhere', own('dangling.yaml'));
    mkdirSync(own('folder.yaml'));
    writeFileSync(own('bad.yaml'), 'apiVersion: runbook/v1\nnmae: x\n');
    const { code, stdout } = await cli('validate');
    expect(code).toBe(2);
    expect(stdout).toContain('fifo.yaml  error: cannot be read: it is a FIFO, expected a regular file');
    expect(stdout).toContain('dangling.yaml  error: cannot be read: there is no such file');
    expect(stdout).toContain('folder.yaml  error: cannot be read: it is a directory, expected a regular file');
    expect(stdout).toContain('unknown key "nmae"');
    expect(await cli('list')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['a private key', '-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n'],
    ['a list of passwords', 'root:SECRET:0:0\nadmin:SECRET:0:0\n'],
    ['the secret of a cluster', 'apiVersion: v1\nkind: Secret\ndata: { SECRET: SECRET }\nSECRET\n'],
    ['JSON', '{"format":"SECRET","SECRET":1}'],
    ['broken JSON', '{"password":"SECRET'],
  ])('no message repeats anything of %s, whatever it is given as', async (_what, text) => {
    for (const name of ['other.yaml', 'other.json'])
      writeFileSync(join(directory, name), text.replaceAll('SECRET', secret));
    const given = [
      ['validate', 'other.yaml'],
      ['validate', 'other.yaml', '--format', 'github'],
      ['validate', 'good-8', '--env', 'other.yaml'],
      ['plan', 'good-8', '--env', 'other.yaml'],
      ['plan', 'other.yaml', '--env', 'env.yaml'],
      ['exec', 'good-8', '--env', 'other.json'],
      ['exec', '--plan', 'other.json', '--env', 'env.yaml'],
      ['report', 'other.json'],
      ['diff', 'other.json', 'good-8', '--env', 'env.yaml'],
      ['approve', 'other.json', '--key', 'other.json', '--name', 'x'],
    ];
    for (const args of given) {
      const { code, stdout, stderr } = await cli(...args);
      expect([args, code]).toEqual([args, expect.toBeOneOf([2, 4])]);
      expect(stdout + stderr).not.toBe('');
      expect(stdout + stderr).not.toContain(secret);
    }
  });

  it.each([
    ['--env', ['plan', 'good-8', '--env', 'fifo']],
    ['--plan', ['exec', '--plan', 'fifo.json', '--env', 'env.yaml']],
    ['a secret', ['exec', 'good-8', '--env', 'env.yaml']],
    ['a certificate', ['exec', 'good-8', '--env', 'ca.yaml']],
  ])('%s that is a FIFO is refused, and not waited for', async (_what, args) => {
    for (const name of ['fifo', 'fifo.json', 'token', 'ca.pem']) execFileSync('mkfifo', [join(directory, name)]);
    const text = readFileSync(join(directory, 'env.yaml'), 'utf8');
    writeFileSync(join(directory, 'ca.yaml'), text.replace(/url: .*/, "url: 'https://127.0.0.1:1', ca: ca.pem } }"));
    const { code, stderr } = await cli(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be read: it is a FIFO, expected a regular file');
  });

  it('an environment file that is a link out of its folder is refused', async () => {
    const elsewhere = join(workingDirectory(), 'env.yaml');
    writeFileSync(elsewhere, readFileSync(join(directory, 'env.yaml')));
    symlinkSync(elsewhere, join(directory, 'link.yaml'));
    const { code, stderr } = await cli('plan', 'good-8', '--env', 'link.yaml');
    expect(code).toBe(2);
    expect(stderr).toBe(
      `--env link.yaml cannot be read: it is a symbolic link to ${elsewhere}, expected a file in its folder\n`,
    );
  });
});
