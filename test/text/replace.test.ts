import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, replaceItems, replaceMembers } from '../../src/text/index.ts';

const louder = (value: Json) => (value === 'a' ? 'A' : value);

describe('what is replaced', () => {
  it('is copied only where something in it is another', () => {
    const list: Json[] = ['b', { c: 1 }];
    const mapping: JsonObject = { x: 'b', y: list };
    expect(replaceItems(list, louder)).toBe(list);
    expect(replaceMembers(mapping, louder)).toBe(mapping);
  });

  it('keeps its order, and is not changed itself', () => {
    const mapping = JSON.parse('{"z":"a","__proto__":"a","b":"b","7":"a"}') as JsonObject;
    const before = JSON.stringify(mapping);
    const replaced = replaceMembers(mapping, louder);
    expect(JSON.stringify(replaced)).toBe('{"7":"A","z":"A","__proto__":"A","b":"b"}');
    expect(Object.getPrototypeOf(replaced)).toBe(Object.prototype);
    expect(JSON.stringify(mapping)).toBe(before);
    expect(replaceItems(['a', 'b'], louder)).toEqual(['A', 'b']);
  });
});
