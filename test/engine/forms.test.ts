import { describe, expect, it } from 'vitest';
import { createForms } from '../../src/engine/forms.ts';

describe('forms', () => {
  it('are found wherever they stand, also where they begin alike or overlap', () => {
    const forms = createForms();
    for (const form of ['abcd', 'abxy', 'ab', 'cdef']) forms.add(form);
    expect(forms.placesIn('abcdef abxy')).toEqual([
      ...[
        [0, 2],
        [0, 4],
      ],
      [2, 6],
      ...[
        [7, 9],
        [7, 11],
      ],
    ]);
  });

  it('are found in the range that spells them', () => {
    const forms = createForms();
    forms.add('a b');
    expect(forms.placesIn('<a%20b>')).toEqual([[1, 6]]);
    expect(forms.placesIn('<a+b>')).toEqual([[1, 4]]);
  });

  it('are not there before they are added', () => {
    expect(createForms().placesIn('abcd')).toEqual([]);
  });
});
