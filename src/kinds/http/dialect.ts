import { type Json, parseJson } from '../../text/index.ts';
import type { HttpDialect } from '../dialect.ts';

/** A response is JSON, too, where its type ends with `+json`, such as `application/problem+json`. */
export const dialect: HttpDialect = {
  lists: 'repeated',
  takesLines: () => false,
  uploadsLines: false,
  takesScalars: true,
  mayAuthorize: true,
  headers: {},
  readText: (text, contentType) => (/\+json\b/i.test(contentType) ? valueIn(text) : text),
  // Nothing is known of the API: its author is believed.
  isReadingPost: () => true,
  passingWrites: () => undefined,
  isAtomic: () => false,
  changes: () => undefined,
  leavesNothing: () => false,
  takesAlong: () => false,
  mayWait: () => false,
  consolePrefix: undefined,
};

function valueIn(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
