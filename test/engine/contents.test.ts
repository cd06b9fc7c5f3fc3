import { describe, expect, it } from 'vitest';
import { wentAlong } from '../../src/engine/contents.ts';
import { nodesIn, type PlannedRequest } from '../../src/plan/index.ts';
import { planOf } from '../support.ts';

const plan = planOf(
  `  - id: index
    on: es
    call: PUT /an-index
    rollback: [{ id: gone, on: es, call: DELETE /an-index, expect: { status: [2xx, 404] } }]
  - id: other
    on: es
    call: PUT /another-index
    rollback: [{ id: maybe, on: es, call: DELETE /another-index, when: { inputs.is_wanted: true } }]
  - { id: document, on: es, call: PUT /an-index/_doc/1, body: {} }
  - { id: beside, on: es, call: PUT /another-index/_doc/1, body: {} }
`
    .replace('inputs.is_wanted', 'run.id')
    .replace(': true', ': { not: x }'),
);
const nodes = new Map(nodesIn(plan).map(({ node }) => [node.id, node]));
const write = (id: string) => nodes.get(id) as PlannedRequest;
const removedBy = (id: string) => [{ steps: [write(id)], iterations: [] }];

describe('what a write has done', () => {
  it('went with the index that a rollback has removed', () => {
    expect(wentAlong(write('document'), [], removedBy('gone'), plan)).toBe(true);
  });

  it('did not go with another index, or with nothing', () => {
    expect(wentAlong(write('beside'), [], removedBy('gone'), plan)).toBe(false);
    expect(wentAlong(write('document'), [], [], plan)).toBe(false);
  });

  it('did not go with what may not have been removed', () => {
    expect(wentAlong(write('beside'), [], removedBy('maybe'), plan)).toBe(false);
  });
});
