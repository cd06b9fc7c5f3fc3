import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { fix } from '../../src/cli/commands/fix.ts';
import { runbook } from '../check/mistakes.ts';

/** Fixes a file in which something is written instead of parts of a right runbook. */
function fixed(changes: readonly (readonly [instead: string, write: string])[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'fix-')), 'reindex-logs-8.0.yaml');
  writeFileSync(
    file,
    changes.reduce((text, [instead, write]) => text.replace(instead, () => write), runbook),
  );
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const code = fix(file);
  const printed = print.mock.calls.map(([text]) => String(text));
  print.mockRestore();
  return { code, text: readFileSync(file, 'utf8'), printed };
}

describe('runbook fix', () => {
  it('writes what was meant where it stands, and leaves comments and spaces as they are', () => {
    const comment: readonly [string, string] = ['steps:\n', 'steps:   # of the copy\n'];
    const { code, text, printed } = fixed([
      comment,
      ['call: GET /{{inputs.from}}', 'cal: GET /{{from}}'],
      ['at_least', 'gte'],
      ['timeout: 1h', 'timeout: 1d'],
      ['status: 200', 'status: "200"'],
      ['completed: true', 'completed: "true"'],
      ['elasticsearch: 8.x', 'elasticsearch: 8'],
      ['POST /_reindex', 'post _reindex'],
    ]);
    expect(text).toBe(runbook.replace(...comment).replace('timeout: 1h', 'timeout: 24h'));
    expect(code).toBe(0);
    expect(printed).toHaveLength(9);
    expect(printed.at(-1)).toBe('8 fixes, 0 errors left\n');
  });

  it('leaves to a person what is not beyond doubt', () => {
    const changes = [['save: { count: count }', 'register: count']] as const;
    const { code, text, printed } = fixed(changes);
    expect(text).toContain('register: count');
    expect(code).toBe(2);
    expect(printed.join('')).toMatch(/^0 fixes, 1 error left: runbook validate /);
  });
});
