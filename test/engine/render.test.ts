import { describe, expect, it } from 'vitest';
import { type Outputs, renderExpect, renderRequest, type Values, withInputs } from '../../src/engine/render.ts';
import type { HttpRequest } from '../../src/plan/index.ts';
import type { Json } from '../../src/text/index.ts';

function values(saved: Record<string, { readonly value: Json; readonly isSecret: boolean }>, item?: Values['item']) {
  const outputs: Outputs = new Map(Object.entries(saved));
  const run = { id: 'run-1', started_at: '2026-01-01T00:00:00.000Z' };
  return { run, outputs: new Map([['look', outputs]]), iterations: [], ...(item ? { item } : {}) };
}

const request = (body: Json): HttpRequest => ({ type: 'http', connection: 'es', method: 'PUT', path: '/x', body });
const secrets = new Map<string, Json>([['key', 'the-secret-key']]);

describe('a rendered request', () => {
  it('holds references to secret inputs, which are filled in where it is sent', () => {
    const { sent, shown } = renderRequest(
      request({ all: '{{inputs.key}}', part: 'Bearer {{inputs.key}}, {{run.id}}' }),
      values({}),
    );
    expect(JSON.stringify([sent, shown])).not.toContain('the-secret-key');
    expect(sent).toMatchObject({ body: { all: '{{inputs.key}}', part: 'Bearer {{inputs.key}}, run-1' } });
    expect(withInputs(sent, secrets)).toMatchObject({
      body: { all: 'the-secret-key', part: 'Bearer the-secret-key, run-1' },
    });
  });

  it('names the secret members of an object by their dotted names', () => {
    const { sent, shown } = renderRequest(request({ user: 'u', id: '{{inputs.keys.id}}' }), values({}));
    expect(shown).toMatchObject({ body: { user: 'u', id: '‹secret inputs.keys.id›' } });
    expect(withInputs(sent, new Map([['keys.id', 'the-id']]))).toMatchObject({ body: { user: 'u', id: 'the-id' } });
  });

  it('leaves a helper that takes a secret input to the sender, with all other values in place', () => {
    for (const value of ['plain', `both ' and "`, 'ends with \\', ['a', { b: '{{c}}' }], { d: null }, 1e300]) {
      const { sent } = renderRequest(
        request('{{list inputs.key steps.look.name}}'),
        values({ name: { value, isSecret: false } }),
      );
      expect(withInputs(sent, secrets)).toMatchObject({ body: ['the-secret-key', value] });
    }
  });

  it('takes what a server said for a value, though it looks like a reference', () => {
    for (const hostile of ['{{inputs.key}}', '{{{{inputs.key}}}}', '\\{{inputs.key}}', '{', '}}{{']) {
      const { sent, shown } = renderRequest(
        request({ all: '{{steps.look.name}}', part: 'a{{steps.look.name}}{{inputs.key}}' }),
        values({ name: { value: hostile, isSecret: false } }),
      );
      expect(withInputs(sent, secrets)).toMatchObject({ body: { all: hostile, part: `a${hostile}the-secret-key` } });
      expect(shown).toMatchObject({ body: { all: hostile } });
    }
  });

  it('is recorded with a mark in the place of what a step saved as secret, and of the items of such a list', () => {
    const secret = { value: 'x1', isSecret: true };
    const { sent, shown } = renderRequest(
      request({ saved: '{{steps.look.hash}}', item: '{{item}}' }),
      values({ hash: secret }, secret),
    );
    expect(sent).toMatchObject({ body: { saved: 'x1', item: 'x1' } });
    expect(shown).toMatchObject({ body: { saved: '‹secret›', item: '‹secret›' } });
  });
});

describe('an expectation', () => {
  it('is as secret as what it compares with', () => {
    const expectation = { status: [200], body: [{ subject: 'a', expect: { equals: '{{steps.look.hash}}' } }] };
    const rendered = (isSecret: boolean) => renderExpect(expectation, values({ hash: { value: 'x1', isSecret } }));
    expect(rendered(true).body).toEqual([{ subject: 'a', expect: { equals: 'x1' }, isSecret: true }]);
    expect(rendered(false).body).toEqual([{ subject: 'a', expect: { equals: 'x1' } }]);
  });
});
