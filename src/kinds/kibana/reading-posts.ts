import { isOneOf } from '../apis.ts';

const apis = [
  '/api/detection_engine/rules/_export',
  '/api/exception_lists/_export',
  '/api/saved_objects/_bulk_get',
  '/api/saved_objects/_bulk_resolve',
  '/api/saved_objects/_export',
  '/api/security/role/_query',
];

/** The POST APIs that change nothing, also where a path names a space. */
export const isReadingPost = isOneOf([...apis, ...apis.map((api) => `/s/{name}${api}`)]);
