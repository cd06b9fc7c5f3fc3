import { isOneOf } from '../apis.ts';

/** The POST APIs that change nothing. Not those that leave something behind, such as a point in time or an async search. */
export const readingPosts = [
  '/{index}/_analyze',
  '/{index}/_count',
  '/{index}/_eql/search',
  '/{index}/_explain/{name}',
  '/{index}/_field_caps',
  '/{index}/_knn_search',
  '/{index}/_mget',
  '/{index}/_msearch',
  '/{index}/_msearch/template',
  '/{index}/_mtermvectors',
  '/{index}/_rank_eval',
  '/{index}/_search',
  '/{index}/_search/template',
  '/{index}/_search_shards',
  '/{index}/_terms_enum',
  '/{index}/_termvectors',
  '/{index}/_termvectors/{name}',
  '/{index}/_validate/query',
  '/_cluster/allocation/explain',
  '/_index_template/_simulate',
  '/_index_template/_simulate/{name}',
  '/_index_template/_simulate_index/{name}',
  '/_ingest/_simulate',
  '/_ingest/pipeline/_simulate',
  '/_ingest/pipeline/{name}/_simulate',
  '/_query',
  '/_render/template',
  '/_render/template/{name}',
  '/_scripts/painless/_execute',
  '/_security/_query/api_key',
  '/_security/_query/role',
  '/_security/_query/user',
  '/_security/profile/_has_privileges',
  '/_security/user/_has_privileges',
  '/_security/user/{name}/_has_privileges',
  '/_snapshot/{name}/_verify',
  '/_sql',
  '/_sql/translate',
  '/_text_structure/find_structure',
  '/_transform/_preview',
];

export const isReadingPost = isOneOf(readingPosts);

const isVerification = isOneOf(['/_snapshot/{name}/_verify']);

/** Returns what a POST that changes nothing writes all the same, and removes itself; undefined where it writes nothing. */
export function passingWrites(path: string): string | undefined {
  return isVerification(path)
    ? 'test blobs into the repository and deletes them, unless the repository is read-only'
    : undefined;
}
