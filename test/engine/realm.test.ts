import { createHash } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { planOf } from '../support.ts';
import { runAsText } from './realm.ts';

/** What V8 itself adds to the globals of ECMAScript. */
const added = ['console', 'WebAssembly'];

/** The engine with every package that it needs, as one script. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './src/engine/index.ts'; export * from './test/engine/realm.ts'`,
      resolveDir: '.',
    },
    ...{ bundle: true, format: 'iife', globalName: 'engine', platform: 'browser', write: false, logLevel: 'warning' },
  });
  return outputFiles[0]?.text ?? '';
}

describe('a realm with nothing but ECMAScript', () => {
  it('runs a plan as Node does', async () => {
    const steps = `  - id: read
    on: es
    call: GET /a
    until: { ready: true }
    expect: { body: { name: { matches: '^n' }, version.number: { version_in: '>=7 <9' } } }
    save: { name: name, sum: { path: password, digest: true }, token: { path: token, secret: true } }
  - id: write
    on: es
    call: PUT /b/{{steps.read.name}}
    query: { tags: '{{join inputs.names ","}}' }
    body: { key: '{{inputs.key}}', token: '{{steps.read.token}}' }
    retry: { attempts: 2 }
    rollback: [{ call: DELETE /b }]
`;
    const body = {
      ...{ ready: true, name: 'n ü', version: { number: '7.10.2' }, cluster_uuid: 'u', password: 'pässword' },
      ...{ token: 'tok-3f9a1c2b', echo: Buffer.from('x:hunter22-ü').toString('base64') },
    };
    const given = [JSON.stringify(planOf(steps)), 'hunter22-ü', JSON.stringify(body)] as const;
    const realm = createContext({});
    runInContext(added.map((name) => `delete globalThis.${name}`).join(), realm);
    runInContext(await bundled(), realm);

    const ran = JSON.parse(await runInContext(`engine.runAsText(...${JSON.stringify(given)})`, realm));

    expect(ran).toEqual(JSON.parse(await runAsText(...given)));
    const { events, sent } = ran;
    expect(sent).toContainEqual(expect.objectContaining({ body: { key: 'hunter22-ü', token: 'tok-3f9a1c2b' } }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'rollback-finished', clean: true }));
    expect(events).toContainEqual(
      expect.objectContaining({
        step: 'read',
        saved: { name: 'n ü', sum: createHash('sha256').update('"pässword"').digest('hex') },
      }),
    );
  });
});
