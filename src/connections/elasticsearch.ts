import type { HttpRequest } from '../plan/index.ts';
import type { Connection, ElasticsearchTarget } from './connection.ts';
import { openHttp } from './http.ts';

/** A connection to Elasticsearch, 7.10 and 8.x. */
export function openElasticsearch(target: ElasticsearchTarget): Connection {
  return openHttp(target, { paramsFor, headersFor: () => ({}), readText: (text) => text });
}

/** A list is sent as NDJSON, as `_bulk` and `_msearch` want it. */
function paramsFor({ method, path, query, body }: HttpRequest) {
  return {
    method,
    path,
    ...(query === undefined ? {} : { querystring: { ...query } }),
    ...(body === undefined
      ? {}
      : Array.isArray(body)
        ? { bulkBody: body as Record<string, unknown>[] }
        : { body: body as Record<string, unknown> }),
  };
}
