import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { testedCalls } from '../../scripts/catalogue/yaml-tests.ts';
import { knownApis } from '../../src/kinds/elasticsearch/catalogue/apis.ts';
import { callProblems } from '../../src/kinds/index.ts';
import { type Pair, versions } from './lab.ts';

const provided = inject('lab');

describe.skipIf('skipped' in provided['7.10'])('the catalogue of calls', () => {
  it('is what Elastic’s own specifications and clients say', () => {
    execFileSync('npm', ['run', '--silent', 'catalogue', '--', '--check'], { stdio: 'pipe' });
  });

  it('has nothing to say of the calls of Elastic’s own tests of 7.10', () => {
    const calls = testedCalls(join('node_modules', '.cache', 'catalogue', 'rest-api-spec-7.10.2', 'rest-api-spec'));
    expect(calls.length).toBeGreaterThan(3_000);
    const found = calls
      .filter(({ isRefused }) => !isRefused)
      .flatMap((call) =>
        callProblems('elasticsearch', call, '7.10.x')
          // They test what is deprecated as well.
          .filter(({ code }) => code !== 'deprecated')
          .map(({ message }) => `${call.where}: ${message}`),
      );
    // A test that no version runs, and a body that is wrong on purpose.
    const known = /^update\/8[56]_fields_meta|Validate body without query element/;
    expect(found.filter((one) => !known.test(one))).toEqual([]);
  });
});

for (const version of versions) {
  const pair = provided[version] as Pair;
  describe.skipIf('skipped' in pair)(`the catalogue of calls, beside a real ${version}`, () => {
    it('has the methods that the server has, wherever it has the path', async () => {
      const { apis, versions: known } = knownApis();
      const at = known.indexOf(version);
      const wrong: string[] = [];
      let count = 0;
      for (const { path, methods } of apis) {
        const mine = [...methods].flatMap(([method, has]) => (has[at] ? [method] : []));
        // The servers of the tests lack some modules: a path that any name has in its place says nothing.
        const [allowed, ofAnyName] = await Promise.all([
          allowedAt(pair, path.replace(/\{\w+\}/g, 'x')),
          allowedAt(pair, path.replace(/\{\w+\}/g, 'x').replace(/\/_\w+/g, '/_zzz')),
        ]);
        // Security of 8.5 is not published: what the server of the tests has of it is a stand-in.
        if (version === '8.5' && path.startsWith('/_security')) continue;
        if (mine.length === 0 || allowed.join() === ofAnyName.join() || notThere.test(path)) continue;
        count++;
        const missing = mine.filter((method) => !allowed.includes(method));
        if (missing.length > 0) wrong.push(`${missing.join(', ')} ${path}: the server has ${allowed.join(', ')}`);
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(100);
    });
  });
}

/** Of modules that are not published, at paths that another API has as well. */
const notThere = /\/shutdown$|painless/;

/** The methods that a server has at a path. */
async function allowedAt({ source, file }: Pair, path: string): Promise<string[]> {
  const { headers } = await fetch(source.url + path, {
    method: 'OPTIONS',
    headers: { authorization: loginOf(file) },
  });
  return (headers.get('allow') ?? '')
    .split(',')
    .filter((method) => method !== '')
    .sort();
}

// 7.10 does not say what would grant a call, and security of 8.5 is not published.
for (const version of ['8.19', '9.5'] as const) {
  const pair = provided[version] as Pair;
  describe.skipIf('skipped' in pair)(`the privileges of the catalogue, beside a real ${version}`, () => {
    it('are among those that the server names when it refuses a call', async () => {
      const { username, password } = { username: 'may-nothing', password: 'may-nothing-1' };
      const admin = { authorization: loginOf(pair.file), 'content-type': 'application/json' };
      const user = `${pair.source.url}/_security/user/${username}`;
      await fetch(user, { method: 'PUT', headers: admin, body: JSON.stringify({ password, roles: [] }) });
      const headers = { authorization: loginOf({ username, password }), 'content-type': 'application/json' };
      const wrong: string[] = [];
      let count = 0;
      const { apis, versions: known } = knownApis();
      for (const { path, methods, needs } of apis) {
        for (const [method, need] of needs) {
          if (methods.get(method)?.[known.indexOf(version)] !== true || method === 'HEAD') continue;
          const body = method === 'GET' ? {} : { body: '{}' };
          const response = await fetch(pair.source.url + path.replace(/\{\w+\}/g, 'x'), { method, headers, ...body });
          const said = /action \[([^\]]+)\] is unauthorized.*granted by the (\w+) privileges \[([^\]]+)\]/.exec(
            await response.text(),
          );
          // Where a module is not published, the server takes the name of its API for that of an index.
          if (!said || (/^indices:admin\/(get|create)$/.test(said[1] ?? '') && path.startsWith('/_'))) continue;
          const [, , level, granting = ''] = said;
          const stated = need.split('; ').filter((one) => one.startsWith(`${level} `));
          const names = stated.flatMap((one) => one.slice(`${level} `.length).split('|'));
          count++;
          if (!granting.split(',').some((one) => names.includes(one)))
            wrong.push(`${method} ${path} needs "${need}": the server names ${level} ${granting}`);
        }
      }
      await fetch(user, { method: 'DELETE', headers: admin });
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(150);
    });
  });
}

function loginOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
