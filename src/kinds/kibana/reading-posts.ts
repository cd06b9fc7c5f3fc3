import { isOneOf } from '../apis.ts';

/** The POST APIs that change nothing. */
export const readingPosts = [
  '/api/detection_engine/rules/_export',
  '/api/exception_lists/_export',
  '/api/saved_objects/_bulk_get',
  '/api/saved_objects/_bulk_resolve',
  '/api/saved_objects/_export',
  '/api/security/role/_query',
];

/** Also where a path names a space. */
export const isReadingPost = isOneOf([...readingPosts, ...readingPosts.map((api) => `/s/{name}${api}`)]);
