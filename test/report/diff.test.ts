import { describe, it } from 'vitest';
import { diffMarkdown, diffOf, diffText, type PlanDiff } from '../../src/report/index.ts';
import { planOf } from '../support.ts';

const before = planOf(`
  - { id: look, on: es, call: GET /_cat/indices }
  - id: make
    on: es
    call: PUT /made
    body: { settings: { number_of_shards: 1 } }
    expect: { body: { acknowledged: true } }
    rollback: [{ id: unmake, call: DELETE /made }]
  - { id: gone, on: es, call: DELETE /gone }
`);
const after = planOf(
  `
  - { id: new, on: es, call: PUT /new, title: '<b>Open</b> @everyone' }
  - { id: look, on: es, call: GET /_cat/indices }
  - id: make
    on: es
    call: PUT /made
    body: { settings: { number_of_shards: 2 } }
    expect: { body: { acknowledged: true, index: made } }
    rollback: [{ id: unmake, call: DELETE /made }]
`,
  { sets: ['name=two'] },
);
const changes = ({ steps }: PlanDiff) =>
  steps.map(({ change, step, fields }) => [change, step, ...(change === 'changed' ? fields : [])]);

describe('the difference of two plans', () => {
  it('is nothing where they are the same', ({ expect }) => {
    expect(diffOf(before, 'a', before, 'a')).toMatchObject({ same: true, head: [], steps: [], renumbered: [] });
  });

  it('names what was added, removed and changed, step by step and field by field', ({ expect }) => {
    const diff = diffOf(before, 'a', after, 'b');

    expect(changes(diff)).toEqual([
      ['removed', 'gone'],
      ['added', 'new'],
      [
        'changed',
        'make',
        { field: 'request.body.settings.number_of_shards', before: 1, after: 2 },
        { field: 'expect.body.index', after: 'made' },
      ],
    ]);
    expect(diff.head).toEqual([{ field: 'inputs.name.value', before: 'one', after: 'two' }]);
    expect(diff.renumbered).toEqual(['look', 'unmake']);
  });

  it('says which steps have changed their order, and only those', ({ expect }) => {
    const step = (id: string) => `  - { id: ${id}, on: es, call: GET /${id} }\n`;
    const order = (ids: string) => planOf(`\n${[...ids].map(step).join('')}`);

    expect(changes(diffOf(order('abcde'), 'a', order('aecbd'), 'b'))).toEqual([
      ['moved', 'e'],
      ['moved', 'c'],
    ]);
  });

  it('is said for people, with its counts, and without markup or mentions from a runbook', ({ expect }) => {
    const diff = diffOf(before, 'a', after, 'b');

    expect(diffText(diff)).toMatch(/^steps: 1 added, 1 removed, 1 changed \(3 of them write\); 1 differences/m);
    expect(diffText(diff)).toContain('~ 3 make [WRITE]: PUT /made on es');
    expect(diffText(diff)).toContain(
      '    - request.body.settings.number_of_shards: 1\n    + request.body.settings.number_of_shards: 2',
    );
    const outsideCode = diffMarkdown(diff).replace(/```[\s\S]*?```/g, '');
    expect(outsideCode).not.toMatch(/<b>|@everyone/);
    expect(diffMarkdown(diff)).toContain('&#60;b&#62;Open&#60;/b&#62;');
  });
});
