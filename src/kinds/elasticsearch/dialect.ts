import type { HttpDialect } from '../dialect.ts';
import { isReadingPost } from './reading-posts.ts';

/** A list is sent as NDJSON, as `_bulk` and `_msearch` want it. */
export const dialect: HttpDialect = {
  lists: 'joined',
  bodyForm: ({ body }) => (Array.isArray(body) ? 'ndjson' : 'json'),
  headers: {},
  readText: (text) => text,
  isReadingPost,
  consolePrefix: '',
};
