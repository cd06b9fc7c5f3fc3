import { describe, expect, it } from 'vitest';
import {
  type Outputs,
  renderExpect,
  renderRequest,
  shownRequest,
  type Values,
  withInputs,
} from '../../src/engine/render.ts';
import type { HttpRequest } from '../../src/plan/index.ts';
import { type Json, jsonText } from '../../src/text/index.ts';

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

  it('has keys that are only keys, whatever a server said', () => {
    for (const hostile of ['{{inputs.key}}', '"}, "x": {"', '$exact', '__proto__', '\\{{inputs.key}}']) {
      const { sent, shown } = renderRequest(
        request({ aliases: { '{{steps.look.name}}': { is_write_index: true } }, fixed: 1 }),
        values({ name: { value: hostile, isSecret: false } }),
      );
      const expected = `{"aliases":{${JSON.stringify(hostile)}:{"is_write_index":true}},"fixed":1}`;
      expect(jsonText((withInputs(sent, secrets) as HttpRequest).body ?? null)).toBe(expected);
      expect(jsonText((shown as HttpRequest).body ?? null)).toBe(expected);
    }
  });

  it('has secret keys as references or marks until it is sent; where two of them have one mark, it is shown as planned', () => {
    const hidden = { value: 'x1', isSecret: true };
    const one = renderRequest(request({ '{{inputs.key}}': 1, '{{steps.look.hash}}': 2 }), values({ hash: hidden }));
    expect(one.sent).toMatchObject({ body: { '{{inputs.key}}': 1, x1: 2 } });
    expect(one.shown).toMatchObject({ body: { '‹secret inputs.key›': 1, '‹secret›': 2 } });
    expect(withInputs(one.sent, secrets)).toMatchObject({ body: { 'the-secret-key': 1, x1: 2 } });

    const body = { '{{steps.look.hash}}': 1, '{{steps.look.other}}': 2 };
    const both = values({ hash: hidden, other: { value: 'x2', isSecret: true } });
    expect(renderRequest(request(body), both).shown).toMatchObject({ body });
    expect(shownRequest(request(body), both)).toMatchObject({ body });
    expect(shownRequest(request({ '{{steps.look.hash}}': 1, '{{steps.later.x}}': 2 }), both)).toMatchObject({
      body: { '‹secret›': 1, '{{steps.later.x}}': 2 },
    });
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
