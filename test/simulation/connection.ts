import { kibanaDialect } from '../../src/connections/kibana.ts';
import type { Call, SendResult } from '../../src/engine/index.ts';
import type { HttpRequest } from '../../src/plan/index.ts';
import { answerClusterRequest } from '../../src/sandbox/world/cluster.ts';
import { answerKibanaRequest } from '../../src/sandbox/world/kibana.ts';
import { settled } from '../../src/sandbox/world/snapshots.ts';
import { type ClusterRequest, duration, type World } from '../../src/sandbox/world/state.ts';
import type { Json } from '../../src/text/index.ts';
import type { Scenario } from './scenarios.ts';

/** A call to a world, without a network between: the world after it, and its answer. */
export async function answerTo(
  { request, opaque_id }: Call,
  scenario: Scenario,
  world: World,
  now: number,
  misfortune?: ClusterRequest['misfortune'],
): Promise<{ readonly world: World; readonly answer: SendResult }> {
  if (request.type !== 'http') throw new Error('the scenarios have no bucket connection');
  const [username, password] =
    scenario.logins[
      request.identity === undefined ? request.connection : `${request.connection}/${request.identity}`
    ] ?? [];
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const cluster = request.connection.replace('_kibana', '');
  if (request.connection.endsWith('_kibana')) return kibana(request, authorization, cluster, scenario, world, now);
  const { body } = request;
  const isList = Array.isArray(body);
  const { world: after, answer } = answerClusterRequest(world, cluster, {
    method: request.method,
    path: request.path,
    query: Object.fromEntries(Object.entries(request.query ?? {}).map(([name, value]) => [name, String(value)])),
    headers: {
      authorization,
      'x-opaque-id': opaque_id,
      ...(body === undefined ? {} : { 'content-type': `application/${isList ? 'x-ndjson' : 'json'}` }),
    },
    body: isList
      ? (body as readonly Json[]).map((line) => `${JSON.stringify(line)}\n`).join('')
      : body === undefined
        ? ''
        : JSON.stringify(body),
    now,
    ...(misfortune === undefined ? {} : { misfortune }),
  });
  // Who waits for a restore finds it ended.
  const then = answer.awaits === undefined ? after : settled(after, now + duration);
  return { world: then, answer: { kind: 'response', status: answer.status, body: answer.body, warnings: [] } };
}

async function kibana(
  request: HttpRequest,
  authorization: string,
  cluster: string,
  { version }: Scenario,
  before: World,
  now: number,
): Promise<{ readonly world: World; readonly answer: SendResult }> {
  let world = before;
  const { body, querystring = '' } = kibanaDialect.paramsFor(request) as { body?: unknown; querystring?: string };
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(querystring)) query[name] = [...(query[name] ?? []), value];
  const headers = {
    authorization,
    ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
    ...kibanaDialect.headersFor(request),
  };
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await answerKibanaRequest(
    version,
    { method: request.method, path: request.path, query, headers, body: text, now },
    async (method, path, content) => {
      const url = new URL(path, 'http://world');
      const outcome = answerClusterRequest(world, cluster, {
        method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: {
          authorization,
          'x-elastic-product-origin': 'kibana',
          ...(content === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: content === undefined ? '' : JSON.stringify(content),
        now,
      });
      world = outcome.world;
      return outcome.answer;
    },
  );
  return { world, answer: { kind: 'response', status: answer.status, body: answer.body, warnings: [] } };
}
