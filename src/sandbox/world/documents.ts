import { compareNumbers, isObject, type Json, type JsonObject, numberIn } from '../../text/index.ts';
import { ok, Refusal, refused } from './answer.ts';
import { resolved } from './date-math.ts';
import { sourceOf } from './filter-path.ts';
import { createIndex } from './indices.ts';
import { indicesNamed, singleIndex, writeIndex } from './names.ts';
import { indexActions, needIndex } from './privileges.ts';
import { bodyOf, changed, isTrue, jsonOf, listOf, part, type Scene, textOf, unchanged } from './scene.ts';
import { fieldsOf, sorted, typesIn, valuesOf } from './sorting.ts';
import { type Index, idAfter, type Outcome, withIndex } from './state.ts';

/** An index whose documents can be reached. */
function reachable({ cluster }: Scene, name: string): Index {
  const index = cluster.indices[name] as Index;
  if (!index.isOpen)
    throw new Refusal(refused(400, 'index_closed_exception', 'closed', { index_uuid: index.uuid, index: name }));
  if (!index.recovery.isDone || index.failed.length === index.shards)
    throw new Refusal(refused(503, 'no_shard_available_action_exception', `No shard available for [${name}]`));
  return index;
}

/** The indices of a search: it says in its own way that none of the shards is there. */
function searchable(scene: Scene, names: readonly string[]): Index[] {
  try {
    return names.map((name) => reachable(scene, name));
  } catch (error) {
    if (error instanceof Refusal && error.answer.status === 503)
      throw new Refusal(refused(503, 'search_phase_execution_exception', 'all shards failed', { phase: 'query' }));
    throw error;
  }
}

export function getDocument(scene: Scene): Outcome {
  const name = singleIndex(scene, part(scene, 'index'), indexActions.get);
  const id = part(scene, 'id');
  const found = reachable(scene, name).documents.get(id);
  if (!found) return unchanged(scene, { status: 404, body: { _index: name, _id: id, found: false } });
  const version = { _version: 1, _seq_no: sequenceOf(reachable(scene, name), id), _primary_term: 1 };
  return unchanged(scene, ok({ _index: name, _id: id, ...version, found: true, _source: found }));
}

function sequenceOf({ sequence }: Index, id: string): number {
  return sequence?.by[id] ?? 0;
}

/** The index after one more operation, and its number. Documents that came with the index have number 0. */
function nextSequence(index: Index, id: string): { readonly index: Index; readonly number: number } {
  const number = (index.sequence?.last ?? (index.documents.size > 0 ? 0 : -1)) + 1;
  return { index: { ...index, sequence: { last: number, by: { ...index.sequence?.by, [id]: number } } }, number };
}

/** `if_seq_no`: the document must be as it was when the caller saw it last. */
function refuseOtherVersion({ request }: Scene, name: string, index: Index, id: string): void {
  const { if_seq_no: wanted } = request.query;
  if (wanted === undefined) return;
  const current = index.documents.has(id) ? sequenceOf(index, id) : undefined;
  if (current === Number(wanted)) return;
  const found = current === undefined ? 'but no document was found' : `current document has seqNo [${current}]`;
  const reason = `[${id}]: version conflict, required seqNo [${wanted}], primary term [1]. ${found}`;
  throw new Refusal(refused(409, 'version_conflict_engine_exception', reason, { index: name }));
}

/** PUT and POST; an index that is not there is made. */
export function putDocument(scene: Scene): Outcome {
  const { op_type: operation } = scene.request.query;
  const { world, id } =
    scene.parts.id === undefined ? idAfter(scene.world) : { world: scene.world, id: part(scene, 'id') };
  return written({ ...scene, world }, part(scene, 'index'), id, bodyOf(scene), operation === 'create');
}

function written(scene: Scene, given: string, id: string, document: JsonObject, isCreate: boolean): Outcome {
  const target = resolved(given, scene.request.now);
  needIndex(scene, indexActions.index, target);
  const isThere = Object.entries(scene.cluster.indices).some(
    ([name, { aliases }]) => name === target || Object.hasOwn(aliases, target),
  );
  if (!isThere) {
    const bare = { ...scene, parts: { index: target }, request: { ...scene.request, body: '' } };
    const { world } = createIndex(bare);
    return written(
      { ...scene, world, cluster: world.clusters[scene.cluster.name] ?? scene.cluster },
      target,
      id,
      document,
      isCreate,
    );
  }
  const name = writeIndex(scene, target, indexActions.index);
  const index = reachable(scene, name);
  const exists = index.documents.has(id);
  if (exists && isCreate)
    throw new Refusal(
      refused(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists (current version [1])`,
        { index: name },
      ),
    );
  refuseOtherVersion(scene, name, index, id);
  const next = nextSequence(index, id);
  const documents = new Map(index.documents).set(id, document);
  const body = {
    _index: name,
    _id: id,
    _version: exists ? 2 : 1,
    _seq_no: next.number,
    _primary_term: 1,
    result: exists ? 'updated' : 'created',
    _shards: { total: 1, successful: 1, failed: 0 },
  };
  return changed(scene, withIndex(scene.cluster, name, { ...next.index, documents }), {
    status: exists ? 200 : 201,
    body,
  });
}

export function deleteDocument(scene: Scene): Outcome {
  const name = writeIndex(scene, part(scene, 'index'), indexActions.deleteDocument);
  const id = part(scene, 'id');
  const index = reachable(scene, name);
  refuseOtherVersion(scene, name, index, id);
  if (!index.documents.has(id))
    return unchanged(scene, { status: 404, body: { _index: name, _id: id, result: 'not_found' } });
  const documents = new Map(index.documents);
  documents.delete(id);
  return changed(
    scene,
    withIndex(scene.cluster, name, { ...nextSequence(index, id).index, documents }),
    ok({ _index: name, _id: id, result: 'deleted' }),
  );
}

/** `index` and `create` lines, each followed by its document; `delete` lines. */
export function bulk(scene: Scene): Outcome {
  const lines = scene.request.body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(jsonOf);
  const items: Json[] = [];
  let now = scene;
  while (lines.length > 0) {
    const [verb = '', target] = Object.entries(lines.shift() as JsonObject)[0] ?? [];
    const place = isObject(target) ? target : {};
    const index = textOf(place._index, scene.parts.index ?? '');
    const { world, id } = place._id === undefined ? idAfter(now.world) : { world: now.world, id: String(place._id) };
    now = { ...now, world };
    const document = verb === 'delete' ? undefined : (lines.shift() as JsonObject);
    try {
      const outcome = document
        ? written(now, index, id, document, verb === 'create')
        : deleteDocument({ ...now, parts: { index, id } });
      now = { ...now, world: outcome.world, cluster: outcome.world.clusters[scene.cluster.name] ?? now.cluster };
      items.push({ [verb]: { ...(outcome.answer.body as JsonObject), status: outcome.answer.status } });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      items.push({
        [verb]: {
          _index: index,
          _id: id,
          status: error.answer.status,
          error: (error.answer.body as JsonObject).error ?? null,
        },
      });
    }
  }
  const errors = items.some(
    (item) => isObject(item) && Object.values(item).some((one) => isObject(one) && one.error !== undefined),
  );
  return unchanged(now, ok({ took: 1, errors, items }));
}

/** The largest number of documents that a search shows, and that it counts unless it is told to count them all. */
const window = 10_000;

export function search(scene: Scene): Outcome {
  const { query, size, from, track_total_hits, _source, sort, search_after: after, fields } = bodyOf(scene);
  const { query: parameters } = scene.request;
  const names = indicesNamed(scene, scene.parts.index ?? '_all', 'open', indexActions.search);
  const [start, count] = [Number(from ?? parameters.from ?? 0), Number(size ?? parameters.size ?? 10)];
  if (start + count > window) {
    const reason = `Result window is too large, from + size must be less than or equal to: [${window}] but was [${start + count}].`;
    throw new Refusal(
      refused(400, 'search_phase_execution_exception', 'all shards failed', {
        caused_by: { type: 'illegal_argument_exception', reason },
      }),
    );
  }
  const indices = searchable(scene, names).map((index) => ({ ...index, types: typesIn(index) }));
  const found = indices.flatMap(({ documents, types }, position) =>
    [...documents]
      .filter(([id, document]) => isHit(query ?? { match_all: {} }, id, document, scene.request.now))
      .map(([_id, document]) => ({ _index: names[position] ?? '', _id, document, types })),
  );
  const order = sort ?? parameters.sort;
  const typesOfEach = indices.map(({ types }) => types);
  const hits = sorted(found, typesOfEach, order, after);
  const isCounted = found.length <= window || isTrue(track_total_hits ?? parameters.track_total_hits ?? false);
  const total = isCounted ? { value: found.length, relation: 'eq' } : { value: window, relation: 'gte' };
  const shards = { total: names.length, successful: names.length, skipped: 0, failed: 0 };
  const score = order === undefined ? 1 : null;
  const shown = hits.slice(start, start + count).map(([hit, values]) => ({
    ...{ _index: hit._index, _id: hit._id, _score: score },
    ...(_source === false ? {} : { _source: sourceOf(hit.document, _source) }),
    ...(fields === undefined ? {} : { fields: fieldsOf(hit, fields) }),
    ...(values === undefined ? {} : { sort: values }),
  }));
  return unchanged(
    scene,
    ok({ took: 1, timed_out: false, _shards: shards, hits: { total, max_score: score, hits: shown } }),
  );
}

function isHit(query: Json, id: string, document: JsonObject, now: number): boolean {
  const [[kind, clause] = ['', null]] = Object.entries(isObject(query) ? query : {});
  const of = isObject(clause) ? clause : {};
  const [field = '', wanted] = Object.entries(of)[0] ?? [];
  switch (kind) {
    case 'match_all':
      return true;
    case 'ids':
      return listOf(of.values).includes(id);
    case 'term':
      return hasValue(document, field, [isObject(wanted) ? (wanted.value ?? null) : (wanted ?? null)]);
    case 'terms':
      return hasValue(document, field, listOf(wanted));
    case 'exists':
      return valuesOf(document, textOf(of.field)).length > 0;
    case 'range':
      return valuesOf(document, field).some((one) => isInRange(one, isObject(wanted) ? wanted : {}, now));
    case 'prefix': {
      const prefix = textOf(isObject(wanted) ? wanted.value : wanted);
      return valuesOf(document, field).some((one) => textOf(one).startsWith(prefix));
    }
    case 'bool': {
      const all = [...listOf(of.filter), ...listOf(of.must)];
      const some = listOf(of.should);
      return (
        all.every((one) => isHit(one, id, document, now)) &&
        listOf(of.must_not).every((one) => !isHit(one, id, document, now)) &&
        (some.length === 0 || some.some((one) => isHit(one, id, document, now)))
      );
    }
    default:
      throw new Refusal(refused(400, 'parsing_exception', `unknown query [${kind}]: the sandbox does not emulate it`));
  }
}

/** Numbers, and times in milliseconds; `now` is the only date math that is emulated. */
function isInRange(value: Json, { gte, gt, lte, lt }: JsonObject, now: number): boolean {
  const boundOf = (bound: Json) => (bound === 'now' ? now : (numberIn(textOf(bound)) ?? Number.NaN));
  const one = value === null ? undefined : numberIn(textOf(value));
  if (one === undefined) return false;
  const held = [
    gte === undefined || compareNumbers(one, boundOf(gte)) >= 0,
    gt === undefined || compareNumbers(one, boundOf(gt)) > 0,
    lte === undefined || compareNumbers(one, boundOf(lte)) <= 0,
    lt === undefined || compareNumbers(one, boundOf(lt)) < 0,
  ];
  return held.every((passes) => passes);
}

/** Keywords, numbers and booleans are compared as texts, as an index keeps them. */
function hasValue(document: JsonObject, field: string, wanted: readonly Json[]): boolean {
  const texts = wanted.map((one) => textOf(one));
  return valuesOf(document, field).some((one) => texts.includes(textOf(one)));
}

export function count(scene: Scene): Outcome {
  const names = indicesNamed(scene, scene.parts.index ?? '_all', 'open', indexActions.search);
  const { query = { match_all: {} } } = bodyOf(scene);
  const total = searchable(scene, names).reduce(
    (sum, { documents }) =>
      sum + [...documents].filter(([id, document]) => isHit(query, id, document, scene.request.now)).length,
    0,
  );
  return unchanged(scene, ok({ count: total, _shards: { total: 1, successful: 1, failed: 0 } }));
}
