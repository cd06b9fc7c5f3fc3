import { isOneOf } from '../apis.ts';
import type { HttpDialect } from '../dialect.ts';
import { isReadingPost } from './catalogue/called.ts';
import { changes } from './changes.ts';
import { closing } from './closing.ts';
import { takesAlong } from './contents.ts';
import { isWrittenInParts } from './partial-writes.ts';
import { isPassingPost, passingWrites } from './passing-posts.ts';

const isBulk = isOneOf(['/{index}/_bulk', '/{index}/{name}/_bulk']);

/** A list is sent as NDJSON, as `_bulk` and `_msearch` want it. */
export const dialect: HttpDialect = {
  lists: 'joined',
  bodyForm: ({ body }) => (Array.isArray(body) ? 'ndjson' : 'json'),
  takesText: false,
  headers: {},
  readText: (text) => text,
  isReadingPost,
  passingWrites,
  isAtomic: ({ path }) => !isWrittenInParts(path),
  changes,
  leavesNothing: ({ method, path }) => method === 'POST' && isPassingPost(path),
  closing,
  itemsFlag: ({ method, path }) => (method !== 'GET' && isBulk(path) ? { name: 'errors', passing: false } : undefined),
  takesAlong,
  // The health of an index that is missing is waited for, even where the call does not ask for it.
  mayWait: ({ path, query = {} }) =>
    path.startsWith('/_cluster/health/') || Object.keys(query).some((name) => name.startsWith('wait_for_')),
  consolePrefix: '',
};
