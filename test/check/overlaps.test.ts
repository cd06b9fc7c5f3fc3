import { expect, it } from 'vitest';
import { overlaps } from '../../src/check/index.ts';
import { loadBundle } from '../../src/language/index.ts';
import { marked } from '../support.ts';

function runbookOf(file: string, name: string, range: string) {
  const text = `apiVersion: runbook/v1\nname: ${name}\nelasticsearch: '${range}'\ntitle: A test\nconnections: { es: { kind: elasticsearch } }\nsteps: [{ id: a, on: es, call: GET / }]\n`;
  const { value } = loadBundle(file, text, () => undefined);
  if (!value) throw new Error('no runbook');
  return value.runbook;
}

it('two runbooks of one name and a common version are an error that names both and that version', () => {
  const one = runbookOf('users-8.yaml', 'users', '8.x');
  const found = overlaps(one, runbookOf('users-8.5.yaml', 'users', '>=8.5 <10'));
  expect(marked(found, one.source.text)).toEqual(["overlapping-range: '8.x'"]);
  expect(found[0]?.message).toBe(
    '"users" on Elasticsearch 8.5.0, for example, could mean this runbook (8.x) or users-8.5.yaml (>=8.5 <10)',
  );
});

it.each([
  ['another name', 'groups', '8.x'],
  ['a range beside it', 'users', '7.10.x || >=9'],
])('%s is not an overlap', (_what, name, range) => {
  expect(overlaps(runbookOf('a.yaml', 'users', '8.x'), runbookOf('b.yaml', name, range))).toEqual([]);
});
