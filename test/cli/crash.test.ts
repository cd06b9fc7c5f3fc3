import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownRunbook, program, workingDirectory } from '../program.ts';

const secret = 'hunter2secret';

describe('a crash', () => {
  let directory: string;
  const env = () => ({ PATH: process.env.PATH ?? '', XDG_STATE_HOME: join(directory, 'state') });
  const preload = (text: string) => {
    const file = join(directory, 'preload.cjs');
    writeFileSync(file, text);
    return ['--require', file, program];
  };

  beforeEach(() => {
    directory = workingDirectory();
  });

  it.each([
    ['thrown', `throw new TypeError('${secret}')`],
    ['rejected', `Promise.reject(new TypeError('${secret}'))`],
    ['no error at all', `throw '${secret}'`],
  ])('outside of a run has exit code 70, one line, no stack and no value: %s', async (_what, statement) => {
    const args = preload(`process.on('SIGUSR2', () => { ${statement} })`);
    const child = spawn(process.execPath, [...args, 'serve'], { cwd: directory, env: env() });
    let output = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('Ctrl-C')) child.kill('SIGUSR2');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(70);
    expect(output + stderr).not.toContain(secret);
    expect(stderr).toMatch(/^runbook \S+ has crashed: (TypeError|an unknown error)\. No run had begun\. .*\n$/);
  });

  it('of the system says what the system says', () => {
    mkdirSync(join(directory, 'folder'));
    writeFileSync(join(directory, 'runbooks'), 'a file');
    const { status, stderr } = spawnSync(process.execPath, [program, 'list'], {
      cwd: directory,
      env: env(),
      encoding: 'utf8',
    });
    expect(status).toBe(70);
    expect(stderr).toMatch(/^runbook \S+ has crashed: ENOTDIR: not a directory, scandir 'runbooks'\. .*\n$/);
  });

  it('in a run names the run, and what to do', async () => {
    ownRunbook(
      directory,
      'r-8.yaml',
      'apiVersion: runbook/v1\nname: r\nelasticsearch: 8.x\ntitle: R\nconnections: { c: { kind: elasticsearch } }\nsteps: [{ id: a, on: c, call: GET /hang }]\n',
    );
    const server = createServer((request, response) => {
      // It crashes where the response of a step is waited for.
      if (request.url === '/hang') child.kill('SIGUSR2');
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ version: { number: '8.5.3' }, cluster_uuid: 'x' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      join(directory, 'env.yaml'),
      `apiVersion: runbook/v1\nenvironment: x\nconnections: { c: { url: 'http://127.0.0.1:${port}' } }\n`,
    );
    const args = preload(`process.on('SIGUSR2', () => { throw new TypeError('${secret}') })`);
    const child = spawn(process.execPath, [...args, 'exec', 'r-8', '--env', 'env.yaml'], {
      cwd: directory,
      env: env(),
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.stdout.resume();
    const code = await new Promise((resolve) => child.once('close', resolve));
    server.closeAllConnections();
    server.close();

    expect(code).toBe(70);
    expect(stderr).toMatch(
      /has crashed: TypeError\. What was sent is in the journal of run (\S+), if it had begun: look at it \(runbook show \1\), then continue it \(runbook resume \1\) or roll it back \(runbook rollback \1\)/,
    );
    expect(stderr).not.toMatch(new RegExp(`${secret}|\\n {4}at `));
  });

  it('is none where the reader of its output has gone', () => {
    const command = `'${process.execPath}' '${program}' list 2>err | head -c 1 >/dev/null; printf '%s' "\${PIPESTATUS[0]}"`;
    const { stdout } = spawnSync('bash', ['-c', command], { cwd: directory, env: env(), encoding: 'utf8' });
    expect(stdout).toBe('0');
  });
});
