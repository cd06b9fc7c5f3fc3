import { isExact, isObject, type Json, type JsonObject, parseJson } from '../../text/index.ts';
import { Refusal, refused } from './answer.ts';
import {
  type Cluster,
  type ClusterAnswer,
  type ClusterRequest,
  type Outcome,
  type User,
  type World,
  withCluster,
} from './state.ts';

/** One request that is being answered: the world, its cluster, who asks, and the parts of the path that the route names. */
export interface Scene {
  readonly world: World;
  readonly cluster: Cluster;
  readonly request: ClusterRequest;
  readonly user: User;
  readonly parts: Readonly<Record<string, string>>;
}

/** Answers without changing anything. */
export function unchanged({ world }: Pick<Scene, 'world'>, answer: ClusterAnswer): Outcome {
  return { world, answer };
}

/** Answers, and the cluster is another one. */
export function changed({ world }: Pick<Scene, 'world'>, cluster: Cluster, answer: ClusterAnswer): Outcome {
  return { world: withCluster(world, cluster), answer };
}

/** A part of the path; the route has it. */
export function part({ parts }: Scene, name: string): string {
  return parts[name] ?? '';
}

/** The body as a JSON object; without one, an empty object. */
export function bodyOf({ request }: Pick<Scene, 'request'>): JsonObject {
  if (request.body.trim() === '') return {};
  const value = jsonOf(request.body);
  if (!isObject(value)) throw new Refusal(refused(400, 'parse_exception', 'request body is not an object'));
  return value;
}

export function jsonOf(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new Refusal(refused(400, 'json_parse_exception', 'the request body is not valid JSON'));
  }
}

export function textOf(value: Json | undefined, otherwise = ''): string {
  if (value === undefined || value === null) return otherwise;
  return isExact(value) ? value.$exact : String(value);
}

export function listOf(value: Json | undefined): Json[] {
  return value === undefined || value === null ? [] : [value].flat();
}

/** `a,b` or `["a","b"]`. */
export function namesOf(value: Json | undefined): string[] {
  return listOf(value)
    .flatMap((one) => String(one).split(','))
    .filter((name) => name !== '');
}

export function isTrue(value: Json | undefined): boolean {
  return value === true || value === 'true' || value === '';
}
