import { isOneOf } from '../apis.ts';
import type { HttpDialect } from '../dialect.ts';
import { isReadingPost } from './catalogue/called.ts';
import { changes } from './changes.ts';
import { closing } from './closing.ts';
import { takesAlong } from './contents.ts';
import { isWrittenInParts } from './partial-writes.ts';
import { isPassingPost, passingWrites } from './passing-posts.ts';

const isBulk = isOneOf(['/{index}/_bulk', '/{index}/{name}/_bulk']);

export const dialect: HttpDialect = {
  lists: 'joined',
  takesLines: (path) => /\/_(?:bulk|msearch|msearch\/template|monitoring\/bulk|fleet_msearch)$/.test(path),
  uploadsLines: false,
  takesScalars: false,
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
