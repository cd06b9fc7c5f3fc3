import { describe, expect, it } from 'vitest';
import { mistakes, runbook, said } from './mistakes.ts';

describe('a typical mistake', () => {
  it('is made in a runbook without any', () => {
    expect(said(runbook)).toEqual([]);
  });

  it.each(mistakes)('has one message that says what to do: $what', ({ instead, write, says }) => {
    expect(runbook).toContain(instead);
    expect(said(runbook.replace(instead, () => write))).toEqual(says);
  });
});
