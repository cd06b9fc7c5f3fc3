import type { Json, JsonObject } from '../../text/index.ts';
import type { Cluster, ClusterAnswer } from './state.ts';

export function ok(body: Json): ClusterAnswer {
  return { status: 200, body };
}

export const acknowledged = ok({ acknowledged: true });

/** An error as Elasticsearch gives it. */
export function refused(status: number, type: string, reason: string, more: JsonObject = {}): ClusterAnswer {
  const error = { type, reason, ...more };
  return { status, body: { error: { root_cause: [error], ...error }, status } };
}

/** Several things are wrong with a request. */
export function invalid(...reasons: readonly string[]): Refusal {
  return new Refusal(refused(400, 'action_request_validation_exception', validationFailed(reasons)));
}

export function validationFailed(reasons: readonly string[]): string {
  return `Validation Failed: ${reasons.map((reason, index) => `${index + 1}: ${reason};`).join('')}`;
}

export function noSuchIndex(name: string): ClusterAnswer {
  const more = { 'resource.type': 'index_or_alias', 'resource.id': name, index_uuid: '_na_', index: name };
  return refused(404, 'index_not_found_exception', `no such index [${name}]`, more);
}

/** A refusal, thrown through the functions of the machine to where its request is answered. It never leaves the machine. */
export class Refusal extends Error {
  readonly answer: ClusterAnswer;
  /** The cluster after it, where it has changed all the same. */
  readonly cluster: Cluster | undefined;

  constructor(answer: ClusterAnswer, cluster?: Cluster) {
    super('refused');
    this.answer = answer;
    this.cluster = cluster;
  }
}
