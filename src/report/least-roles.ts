import { kinds, type Privilege } from '../kinds/index.ts';
import {
  type HttpRequest,
  nodesIn,
  type Plan,
  type PlannedLock,
  type PlannedNode,
  type PlannedRead,
} from '../plan/index.ts';

/** What a login of a plan must be allowed, as far as it is known. */
export interface LeastRole {
  readonly connection: string;
  /** Missing where it is the connection's own. */
  readonly identity?: string;
  /** Each once. */
  readonly privileges: readonly Privilege[];
  /** The calls of which it is not known, as `METHOD path`. */
  readonly unknown: readonly string[];
  /** The step that asks for privileges itself: its author has said what is needed. */
  readonly askedBy?: string;
}

type Parts = Pick<Plan, 'runbook' | 'environment' | 'locks' | 'preflight' | 'steps' | 'rollback'>;

/** A request that has to be allowed. */
interface Required {
  readonly request: Pick<HttpRequest, 'connection' | 'identity' | 'method' | 'path'>;
  /** Missing where the runbook does not have it. */
  readonly step?: string;
}

/** Returns what each login of a plan needs for its calls, those of a rollback and of its locks included. */
export function leastRoles(plan: Parts): LeastRole[] {
  const byLogin = new Map<string, Required[]>();
  for (const one of [...requestsOf(plan), ...plan.locks.flatMap((lock) => lockRequests(lock, plan))]) {
    const { connection, identity = '' } = one.request;
    const login = `${connection}/${identity}`;
    const known = byLogin.get(login);
    if (known) known.push(one);
    else byLogin.set(login, [one]);
  }
  return [...byLogin.values()].flatMap((required) => roleOf(required, plan) ?? []);
}

function roleOf(required: readonly Required[], { runbook, environment }: Parts): LeastRole | undefined {
  const { connection = '', identity } = required[0]?.request ?? {};
  const planned = environment.connections[connection];
  const known = planned && kinds[planned.kind].privileges;
  const auth = identity === undefined ? planned?.auth : planned?.identities?.[identity];
  if (known === undefined || auth === undefined || auth.type === 'none') return undefined;
  const privileges = new Map<string, Privilege>();
  const unknown = new Set<string>();
  for (const { request } of required) {
    const call = `${request.method} ${request.path}`;
    const needed = known.needed(request, runbook.elasticsearch);
    if (needed === undefined) unknown.add(call);
    for (const one of needed ?? []) {
      privileges.set(JSON.stringify(one), one);
    }
  }
  const asking = required.find(({ request, step }) => step !== undefined && known.isQuestion(request));
  return {
    connection,
    ...(identity === undefined ? {} : { identity }),
    privileges: [...privileges.values()],
    unknown: [...unknown],
    ...(asking?.step === undefined ? {} : { askedBy: asking.step }),
  };
}

/** Not those of which a step takes a refusal, nor what is only for people. */
function requestsOf(plan: Parts): Required[] {
  return nodesIn(plan).flatMap(({ node, section }) =>
    section === 'evidence'
      ? []
      : readsOf(node).flatMap(({ request, expect }) =>
          request.type !== 'http' || takesRefusal(expect)
            ? []
            : [{ request, ...(section === 'preflight' ? {} : { step: node.id }) }],
        ),
  );
}

function readsOf(node: PlannedNode): PlannedRead[] {
  if (node.kind === 'note' || node.kind === 'skipped') return [];
  const beside = [node.done_when, ...(node.kind === 'request' ? [node, node.unchanged_when] : [])];
  return beside.flatMap(chainOf);
}

function chainOf(read: PlannedRead | undefined): PlannedRead[] {
  return read === undefined ? [] : [read, ...chainOf(read.otherwise)];
}

function takesRefusal({ status }: PlannedRead['expect']): boolean {
  return status.some((one) => String(one) === '403' || one === '4xx');
}

function lockRequests(lock: PlannedLock, { environment }: Parts): Required[] {
  const { connection, identity, successor } = lock;
  const planned = environment.connections[connection];
  const protocol = planned && kinds[planned.kind].lock;
  if (!protocol) return [];
  const { readIndex, createIndex, read, write, remove } = protocol;
  const document = { run: '', process: '', owner: '', runbook: '', since: '', heartbeat: '', expires: '' };
  const requests = [readIndex(lock), createIndex(lock), read(lock), write(lock, document), remove(lock, {})];
  const logins = successor === undefined ? [identity] : [identity, successor];
  return logins.flatMap((as) =>
    requests.map(
      ({ method, path }): Required => ({
        request: { connection, ...(as === undefined ? {} : { identity: as }), method, path },
      }),
    ),
  );
}
