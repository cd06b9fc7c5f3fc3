import { describe, expect, it } from 'vitest';
import { type Diagnostic, printDiagnostic } from '../../src/text/index.ts';

describe('a printed diagnostic', () => {
  it('shows the other places that it is about', () => {
    const text = 'a: first\nb: second\n';
    const at = (line: number, column: number, length: number) => ({
      start: { line, column, offset: 0 },
      end: { line, column: column + length, offset: 0 },
    });
    const diagnostic: Diagnostic = {
      code: 'used-before-saved',
      severity: 'error',
      message: 'too early',
      file: 'a.yaml',
      range: at(1, 4, 5),
      related: [{ range: at(2, 4, 6), message: 'saved here' }],
    };
    expect(printDiagnostic(diagnostic, text).split('\n')).toEqual([
      'a.yaml:1:4  error: too early [used-before-saved]',
      '   1 | a: first',
      '     |    ^^^^^',
      '   2 | b: second',
      '     |    ------ saved here',
    ]);
    expect(printDiagnostic(diagnostic)).toBe('a.yaml:1:4  error: too early [used-before-saved]');
  });
});
