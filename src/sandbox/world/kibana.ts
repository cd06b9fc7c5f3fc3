import { isObject, type Json, type JsonObject } from '../../text/index.ts';
import { flightIndex, flightObjects, flights, type SavedObject, storedObject } from './flights.ts';
import { aliasOf, kibanaAliases } from './kibana-indices.ts';
import { isSince, type Version } from './versions.ts';

/** One HTTP request to Kibana. */
export interface KibanaRequest {
  readonly method: string;
  /** Without the query; percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly now: number;
}

export interface KibanaAnswer {
  readonly status: number;
  /** A list is NDJSON. */
  readonly body: Json;
}

/** Sends a request of Kibana to its cluster. */
export type Elasticsearch = (
  method: string,
  path: string,
  body?: Json,
) => Promise<{ readonly status: number; readonly body: Json }>;

interface Scene extends Omit<KibanaRequest, 'path'> {
  readonly space: string;
  readonly version: Version;
  readonly elasticsearch: Elasticsearch;
  readonly parts: readonly string[];
}

class KibanaRefusal extends Error {
  readonly answer: KibanaAnswer;

  constructor(status: number, error: string, message: string) {
    super(message);
    this.answer = { status, body: { statusCode: status, error, message } };
  }
}

const routes: readonly (readonly [string, RegExp, (scene: Scene) => Promise<KibanaAnswer>])[] = [
  ['GET', /^\/api\/status$/, status],
  ['GET', /^\/api\/saved_objects\/_find$/, find],
  ['POST', /^\/api\/saved_objects\/_export$/, exportObjects],
  ['POST', /^\/api\/saved_objects\/_import$/, importObjects],
  ['GET', /^\/api\/saved_objects\/([^/]+)\/([^/]+)$/, getObject],
  ['DELETE', /^\/api\/saved_objects\/([^/]+)\/([^/]+)$/, deleteObject],
  ['GET', /^\/api\/sample_data$/, sampleData],
  ['POST', /^\/api\/sample_data\/flights$/, installFlights],
  ['DELETE', /^\/api\/sample_data\/flights$/, uninstallFlights],
];

/**
 * Answers one request as Kibana does: it keeps everything in its indices in its cluster. A stand-in with as much of the API as
 * runbooks call; it runs before a cluster of the sandbox or a real one.
 * @param started When it was started, in milliseconds since 1970: of what was restored since then it knows nothing. Without it,
 *   it notices every restore.
 */
export async function answerKibanaRequest(
  version: Version,
  request: KibanaRequest,
  elasticsearch: Elasticsearch,
  started?: number,
): Promise<KibanaAnswer> {
  const [, space = 'default', path = ''] = /^(?:\/s\/([^/]+))?(\/.*)$/.exec(request.path) ?? [];
  try {
    if (request.method !== 'GET' && request.headers['kbn-xsrf'] === undefined)
      throw new KibanaRefusal(400, 'Bad Request', 'Request must contain a kbn-xsrf header.');
    for (const [method, pattern, answer] of routes) {
      const parts = method === request.method ? pattern.exec(path) : null;
      if (!parts) continue;
      const scene = { ...request, space, version, elasticsearch, parts: parts.slice(1).map(decodeURIComponent) };
      if (answer !== status && started !== undefined) await refuseStale(scene, started);
      return await answer(scene);
    }
    throw new KibanaRefusal(404, 'Not Found', 'Not Found');
  } catch (error) {
    if (error instanceof KibanaRefusal) return error.answer;
    throw error;
  }
}

/**
 * Refuses what concerns saved objects where their indices were restored since Kibana was started. What a stale Kibana
 * answers is not to be relied on; this one answers nothing.
 */
async function refuseStale({ elasticsearch, version }: Scene, started: number): Promise<void> {
  const indices = kibanaAliases(version).map(([alias]) => alias);
  const { body } = await elasticsearch('GET', `/${indices.join(',')}/_recovery?ignore_unavailable=true`);
  const shards = Object.values(isObject(body) ? body : {}).flatMap((index) =>
    isObject(index) ? listOf(index.shards) : [],
  );
  const isStale = shards.some(
    (shard) => isObject(shard) && shard.type === 'SNAPSHOT' && Number(shard.start_time_in_millis) > started,
  );
  if (!isStale) return;
  // The reason is in the message; the error is only what the status is called.
  const message = isSince({ version }, 8)
    ? `Saved object index alias [.kibana_${version}] not found: index_not_found_exception`
    : 'An internal server error occurred';
  throw new KibanaRefusal(500, 'Internal Server Error', message);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The response of the cluster; what it refuses, Kibana refuses. */
async function ask(
  scene: Scene,
  method: string,
  path: string,
  body?: Json,
  accepted: readonly number[] = [],
): Promise<Json> {
  const answer = await scene.elasticsearch(method, path, body);
  if (answer.status < 300 || accepted.includes(answer.status)) return answer.body;
  if (answer.status === 401) throw new KibanaRefusal(401, 'Unauthorized', 'Unauthorized');
  if (answer.status === 403) throw new KibanaRefusal(403, 'Forbidden', 'Forbidden');
  throw new KibanaRefusal(503, 'Service Unavailable', `the cluster answers ${answer.status}`);
}

async function status(scene: Scene): Promise<KibanaAnswer> {
  await ask(scene, 'GET', '/_security/_authenticate');
  // It is up if it can read its own index.
  const isUp = (await scene.elasticsearch('POST', '/.kibana/_search', { size: 0 })).status === 200;
  const overall = scene.version.startsWith('7.')
    ? { state: isUp ? 'green' : 'red' }
    : { level: isUp ? 'available' : 'critical' };
  return {
    status: isUp ? 200 : 503,
    body: { name: 'kibana', version: { number: scene.version }, status: { overall } },
  };
}

/** Every saved object of some types in the space. */
async function objectsOf(scene: Scene, types: readonly string[]): Promise<SavedObject[]> {
  const aliases = [...new Set(types.map((type) => aliasOf(scene.version, type)))];
  if (aliases.length === 0) return [];
  const query = { terms: { type: [...types] } };
  const found = await ask(scene, 'POST', `/${aliases.join(',')}/_search`, { size: 10_000, query });
  const hits = isObject(found) && isObject(found.hits) ? (found.hits.hits as readonly JsonObject[]) : [];
  return hits
    .map(({ _id, _source }) => ({ id: String(_id), source: _source as JsonObject }))
    .filter(({ source }) => (source.namespace ?? 'default') === scene.space)
    .map(({ id, source }) => savedObject(id, source))
    .sort((a, b) => (`${a.type}:${a.id}` < `${b.type}:${b.id}` ? -1 : 1));
}

function savedObject(id: string, source: JsonObject): SavedObject {
  const type = String(source.type);
  const prefix = `${source.namespace === undefined ? '' : `${source.namespace}:`}${type}:`;
  const references = (source.references ?? []) as unknown as SavedObject['references'];
  return { type, id: id.slice(prefix.length), attributes: (source[type] ?? {}) as JsonObject, references };
}

function documentPath({ version }: Scene, type: string, id: string): string {
  return `/${aliasOf(version, type)}/_doc/${encodeURIComponent(id)}`;
}

async function objectNamed(scene: Scene, type: string, id: string): Promise<SavedObject | undefined> {
  const { id: document } = storedObject({ type, id, attributes: {}, references: [] }, scene.space, '');
  const found = await ask(scene, 'GET', documentPath(scene, type, document), undefined, [404]);
  return isObject(found) && isObject(found._source) ? savedObject(document, found._source) : undefined;
}

async function keep(scene: Scene, object: SavedObject): Promise<void> {
  const { id, source } = storedObject(object, scene.space, new Date(scene.now).toISOString());
  await ask(scene, 'PUT', `${documentPath(scene, object.type, id)}?refresh=true`, source);
}

async function discard(scene: Scene, { type, id }: Pick<SavedObject, 'type' | 'id'>): Promise<void> {
  const stored = storedObject({ type, id, attributes: {}, references: [] }, scene.space, '');
  await ask(scene, 'DELETE', `${documentPath(scene, type, stored.id)}?refresh=true`, undefined, [404]);
}

async function find(scene: Scene): Promise<KibanaAnswer> {
  const { query } = scene;
  const fields = query.fields;
  const all = await objectsOf(scene, query.type ?? []);
  const size = Number(query.per_page?.[0] ?? 20);
  const page = Number(query.page?.[0] ?? 1);
  const shown = all.slice((page - 1) * size, page * size).map(({ attributes, ...object }) => ({
    ...object,
    attributes: fields
      ? Object.fromEntries(Object.entries(attributes).filter(([name]) => fields.includes(name)))
      : attributes,
  }));
  return { status: 200, body: { page, per_page: size, total: all.length, saved_objects: shown as unknown as Json } };
}

async function getObject(scene: Scene): Promise<KibanaAnswer> {
  const [type = '', id = ''] = scene.parts;
  const found = await objectNamed(scene, type, id);
  if (!found) throw notFound(type, id);
  return { status: 200, body: found as unknown as Json };
}

function notFound(type: string, id: string): KibanaRefusal {
  return new KibanaRefusal(404, 'Not Found', `Saved object [${type}/${id}] not found`);
}

async function deleteObject(scene: Scene): Promise<KibanaAnswer> {
  const [type = '', id = ''] = scene.parts;
  if (!(await objectNamed(scene, type, id))) throw notFound(type, id);
  await discard(scene, { type, id });
  return { status: 200, body: {} };
}

const keyOf = ({ type, id }: Pick<SavedObject, 'type' | 'id'>) => `${type}:${id}`;

/** The objects, what they refer to at any depth, and as the last line how many that are. */
async function exportObjects(scene: Scene): Promise<KibanaAnswer> {
  const { type, objects, includeReferencesDeep, excludeExportDetails } = bodyOf(scene);
  const found = new Map<string, SavedObject>();
  if (type !== undefined)
    for (const object of await objectsOf(scene, [type].flat().map(String))) found.set(keyOf(object), object);
  for (const wanted of (objects ?? []) as readonly JsonObject[]) {
    const object = await objectNamed(scene, String(wanted.type), String(wanted.id));
    if (!object)
      throw new KibanaRefusal(400, 'Bad Request', `Error fetching objects to export: ${wanted.type}:${wanted.id}`);
    found.set(keyOf(object), object);
  }
  const missing: { type: string; id: string }[] = [];
  const open = includeReferencesDeep === true ? [...found.values()] : [];
  for (let object = open.pop(); object; object = open.pop()) {
    for (const { type: kind, id } of object.references) {
      const key = keyOf({ type: kind, id });
      if (found.has(key) || missing.some((one) => keyOf(one) === key)) continue;
      const referred = await objectNamed(scene, kind, id);
      if (referred) open.push(referred);
      if (referred) found.set(key, referred);
      else missing.push({ type: kind, id });
    }
  }
  const details = { exportedCount: found.size, missingRefCount: missing.length, missingReferences: missing };
  const lines = referredFirst(found) as unknown as Json[];
  return { status: 200, body: excludeExportDetails === true ? lines : [...lines, details] };
}

/** Kibana exports an object behind those that it refers to. */
function referredFirst(found: ReadonlyMap<string, SavedObject>): SavedObject[] {
  const sorted = new Set<SavedObject>();
  const path = new Set<SavedObject>();
  const add = (object: SavedObject) => {
    if (path.has(object)) return;
    path.add(object);
    for (const { type, id } of object.references) {
      const referred = found.get(keyOf({ type, id }));
      if (referred) add(referred);
    }
    sorted.add(object);
  };
  for (const object of found.values()) add(object);
  return [...sorted];
}

function bodyOf({ body }: Pick<Scene, 'body'>): JsonObject {
  const value = JSON.parse(body === '' ? '{}' : body) as Json;
  return isObject(value) ? value : {};
}

/** Existing objects are conflicts unless `overwrite`; with `createNewCopies` everything gets a new id. */
async function importObjects(scene: Scene): Promise<KibanaAnswer> {
  const given = linesOf(scene.body);
  const isCopy = scene.query.createNewCopies?.[0] === 'true';
  const isOverwriting = scene.query.overwrite?.[0] === 'true';
  const errors: Json[] = [];
  const results: Json[] = [];
  const newIds = new Map(
    given.map((object, index) => [keyOf(object), isCopy ? `copy-${scene.now}-${index}` : object.id]),
  );
  for (const object of given) {
    const { type, id, attributes } = object;
    const meta = { title: attributes.title ?? null };
    const lost: { type: string; id: string }[] = [];
    for (const reference of object.references)
      if (!newIds.has(keyOf(reference)) && !(await objectNamed(scene, reference.type, reference.id)))
        lost.push({ type: reference.type, id: reference.id });
    if (lost.length > 0) {
      errors.push({ type, id, meta, error: { type: 'missing_references', references: lost } });
      continue;
    }
    const existing = isCopy ? undefined : await objectNamed(scene, type, id);
    if (existing && !isOverwriting) {
      errors.push({ type, id, meta, error: { type: 'conflict' } });
      continue;
    }
    const newId = newIds.get(keyOf(object)) ?? id;
    const references = object.references.map((reference) => ({
      ...reference,
      id: newIds.get(keyOf(reference)) ?? reference.id,
    }));
    await keep(scene, { ...object, id: newId, references });
    results.push({
      type,
      id,
      meta,
      ...(isCopy ? { destinationId: newId } : {}),
      ...(existing ? { overwrite: true } : {}),
    });
  }
  const body = {
    success: errors.length === 0,
    successCount: results.length,
    successResults: results,
    ...(errors.length > 0 ? { errors } : {}),
  };
  return { status: 200, body };
}

/** The objects in the uploaded file. */
function linesOf(body: string): SavedObject[] {
  const start = body.indexOf('\r\n\r\n');
  const boundary = body.slice(0, Math.max(0, body.indexOf('\r\n')));
  const end = body.indexOf(`\r\n${boundary}`, start + 4);
  if (start < 0 || end < 0)
    throw new KibanaRefusal(400, 'Bad Request', '[request body.file]: expected value of type [Stream]');
  return body
    .slice(start + 4, end)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as JsonObject)
    .filter((line) => line.exportedCount === undefined)
    .map((line) => ({ references: [], ...line }) as unknown as SavedObject);
}

async function isInstalled(scene: Scene): Promise<boolean> {
  const [answer, dashboard] = [
    await scene.elasticsearch('POST', `/${flightIndex}/_search`, { size: 0 }),
    await objectNamed(scene, 'dashboard', 'flights-overview'),
  ];
  return answer.status === 200 && dashboard !== undefined;
}

async function sampleData(scene: Scene): Promise<KibanaAnswer> {
  const state = (await isInstalled(scene)) ? 'installed' : 'not_installed';
  return {
    status: 200,
    body: [{ id: 'flights', name: 'Sample flight data', status: state, dataIndices: [{ id: 'flights' }] }],
  };
}

async function installFlights(scene: Scene): Promise<KibanaAnswer> {
  for (const [index, flight] of flights.entries())
    await ask(scene, 'PUT', `/${flightIndex}/_doc/${index + 1}?refresh=true`, flight);
  for (const object of flightObjects) await keep(scene, object);
  return {
    status: 200,
    body: {
      elasticsearchIndicesCreated: { [flightIndex]: flights.length },
      kibanaSavedObjectsLoaded: flightObjects.length,
    },
  };
}

async function uninstallFlights(scene: Scene): Promise<KibanaAnswer> {
  await ask(scene, 'DELETE', `/${flightIndex}`, undefined, [404]);
  for (const object of flightObjects) await discard(scene, object);
  return { status: 204, body: null };
}
