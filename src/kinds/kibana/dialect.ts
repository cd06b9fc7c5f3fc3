import { type Json, parseJson } from '../../text/index.ts';
import { isOneOf } from '../apis.ts';
import type { HttpDialect } from '../dialect.ts';
import { isOneObject } from './atomic-writes.ts';
import { changes } from './changes.ts';
import { isReadingPost } from './reading-posts.ts';

const isImport = isOneOf(['/api/saved_objects/_import', '/api/saved_objects/_resolve_import_errors']);

/** The bulk APIs take a JSON list; what is imported is a file of lines. An export is such lines, and read as a list. */
export const dialect: HttpDialect = {
  lists: 'repeated',
  takesLines: (path) => path.endsWith('/_import'),
  uploadsLines: true,
  takesScalars: false,
  headers: { 'kbn-xsrf': 'true' },
  readText: (text, contentType) => (contentType.includes('ndjson') ? listIn(text) : text),
  isReadingPost,
  passingWrites: () => undefined,
  isAtomic: isOneObject,
  changes,
  leavesNothing: () => false,
  itemsFlag: ({ path }) => (isImport(path) ? { name: 'success', passing: true } : undefined),
  takesAlong: () => false,
  mayWait: () => false,
  consolePrefix: 'kbn:',
};

function listIn(text: string): Json {
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => parseJson(line));
  } catch {
    return text;
  }
}
