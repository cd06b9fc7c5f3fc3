import { describe, expect, it } from 'vitest';
import { misnamed } from '../../src/check/index.ts';
import { loadRunbookHead } from '../../src/language/index.ts';

describe('a file in the folder of the runbooks', () => {
  const head = loadRunbookHead('a.yaml', 'apiVersion: runbook/v1\nname: logs\nelasticsearch: 8.x\n');
  const found = (stem: string) =>
    (head ? misnamed(head, stem) : []).map(({ code, range }) => [code, range?.start.line]);

  it('has the name of its runbook, with a version or without', () => {
    expect(found('logs')).toEqual([]);
    expect(found('logs-8.0')).toEqual([]);
    expect(found('logs8')).toEqual([['file-name', 2]]);
    expect(found('reindex')).toEqual([['file-name', 2]]);
  });
});
