import type { HttpDialect } from '../dialect.ts';
import { changes } from './changes.ts';
import { closing } from './closing.ts';
import { takesAlong } from './contents.ts';
import { isWrittenInParts } from './partial-writes.ts';
import { isPassingPost } from './passing-posts.ts';
import { isReadingPost, passingWrites } from './reading-posts.ts';

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
  takesAlong,
  // The health of an index that is missing is waited for, even where the call does not ask for it.
  mayWait: ({ path, query = {} }) =>
    path.startsWith('/_cluster/health/') || Object.keys(query).some((name) => name.startsWith('wait_for_')),
  consolePrefix: '',
};
