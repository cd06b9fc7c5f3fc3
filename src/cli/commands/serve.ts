import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPlanFile, type PlanFile, readPlanFile } from '../../host/plan-file.ts';
import { Problem } from '../../host/problem.ts';
import { folderOf, ownFolder, runSubject, runsFolder } from '../../host/run-folders.ts';
import { damagePage, detailedLines, pageOf, runListOf, runPage, runsPage, type Subject } from '../../report/index.ts';
import { followJournal, hashOf, listRuns, watchRuns } from '../../runs/index.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port?: number;
}

/** How often a follower looks whether there is something new; milliseconds. */
const pause = 500;

/** `runbook serve`: the runs and plans of this directory for a browser. It reads, and it does nothing else. */
export async function serve({ host, port = 0 }: ServeOptions): Promise<void> {
  if (host === '0.0.0.0' || host === '::')
    throw new Problem(
      `--host ${host}: name the one address under which it is opened; requests by any other name are refused`,
      'arguments',
    );
  ownFolder();
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    void answer(request, response, server.address() as AddressInfo, host, token).catch((error: unknown) => {
      // A folder that has gone meanwhile, or a bug: the others are served all the same.
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, pageOf(damagePage(message)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Problem(`cannot listen on ${host}:${port}: ${error.message}`)));
    server.listen(port, host, resolve);
  });
  const { port: given } = server.address() as AddressInfo;
  if (!isLoopback(host))
    process.stderr.write(
      `${host} is not this machine alone: whoever gets the address reads every run, and it goes over the network unencrypted\n`,
    );
  // Before anybody is told that Ctrl-C ends it.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  process.stdout.write(
    `http://${hostIn(host)}:${given}/${token}/\nWhoever has this address can read the runs of this directory. Ctrl-C ends it.\n`,
  );
  await stopped;
  server.close();
  server.closeAllConnections();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** A host as a URL has it. */
function hostIn(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { port }: AddressInfo,
  host: string,
  token: string,
): Promise<void> {
  const refusal = refusalOf(request, port, host);
  if (refusal !== undefined) return plainly(response, ...refusal);
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const [, given = '', ...rest] = path.split('/');
  if (!isEqual(given, token)) return plainly(response, 404, 'not found');
  // Links on the pages are relative to a folder.
  if (rest.length === 0) return void response.writeHead(308, { location: `/${token}/` }).end();
  const [kind, name = '', more, ...beyond] = rest.map(decoded);
  if (beyond.length > 0) return plainly(response, 404, 'not found');
  if (kind === '' && rest.length === 1) return send(response, 200, pageOf(await listPage()));
  if (kind === 'events' && rest.length === 1) return followList(request, response, query);
  if (kind === 'plans' && rest.length === 2) return planAnswer(response, name);
  if (kind !== 'runs' || !isRun(name)) return plainly(response, 404, 'not found');
  if (more === 'events') return followRun(request, response, name, query);
  if (more !== undefined) return plainly(response, 404, 'not found');
  return runAnswer(response, name);
}

/**
 * Returns why a request is refused: it is not a read, or comes from a page of another origin. A name that leads
 * here by DNS is in `Host`; what another site's page sends is told by `Origin` and `Sec-Fetch-Site`.
 */
function refusalOf({ method, headers }: IncomingMessage, port: number, host: string): [number, string] | undefined {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'only GET: nothing can be changed from here'];
  const hosts = [...(isLoopback(host) ? ['127.0.0.1', 'localhost', '[::1]'] : []), hostIn(host)].map(
    (name) => `${name}:${port}`,
  );
  if (!hosts.includes(headers.host ?? '')) return [421, 'this server does not have that name'];
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`)) return [403, 'not for other sites'];
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return [403, 'not for other sites'];
  return undefined;
}

function isEqual(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

function isRun(id: string): boolean {
  try {
    return existsSync(folderOf(id));
  } catch {
    return false;
  }
}

async function listPage() {
  // Before the list itself: what changes while it is made is seen as a change.
  const state = await listState();
  const { entries, problems } = await listRuns(runsFolder);
  const plans = planFiles()
    .flatMap((file) => readablePlan(file) ?? [])
    .map(({ file, plan, id }) => ({ file, title: plan.runbook.title, id }));
  return runsPage(runListOf(entries, problems), plans, state);
}

/** The files of this directory that may be plans. */
function planFiles(): string[] {
  return readdirSync('.').filter(isPlanFile);
}

/** A plan of this directory; other JSON files are none of our business. */
function readablePlan(file: string): PlanFile | undefined {
  try {
    return readPlanFile(file);
  } catch {
    return undefined;
  }
}

function planAnswer(response: ServerResponse, file: string): void {
  const kept = planFiles().includes(file) ? readablePlan(file) : undefined;
  if (kept) send(response, 200, pageOf(runPage({ plan: kept.plan, id: kept.id, bytes: kept.text })));
  else plainly(response, 404, 'not found');
}

async function runAnswer(response: ServerResponse, id: string): Promise<void> {
  let subject: Subject;
  try {
    subject = await runSubject(folderOf(id));
  } catch (error) {
    return send(response, 200, pageOf(damagePage(error instanceof Error ? error.message : String(error))));
  }
  send(response, 200, pageOf(runPage(subject)));
}

/** Server-sent events: the lines of what happens in a run from the n-th event on. */
async function followRun(request: IncomingMessage, response: ServerResponse, id: string, query: string): Promise<void> {
  // A browser that comes back says what it has seen last.
  const seen = Number(request.headers['last-event-id'] ?? new URLSearchParams(query).get('seen') ?? 0);
  let count = Number.isSafeInteger(seen) && seen >= 0 ? seen : 0;
  const next = followJournal(folderOf(id), count);
  const linesOf = detailedLines();
  await follow(request, response, async (say) => {
    const events = await next();
    if (events.length === 0) return;
    count += events.length;
    const lines = events.flatMap(linesOf);
    say('lines', JSON.stringify(lines), count);
    if (events.at(-1)?.type === 'run-finished') say('finished', '', count);
  });
}

const runStages = watchRuns(runsFolder);

/** A hash of what the list of runs and plans rests on. */
async function listState(): Promise<string> {
  return hashOf(
    JSON.stringify([
      await runStages(),
      planFiles().map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs]),
    ]),
  );
}

/** Server-sent events: that the list of runs and plans is another one than the one that the page shows. */
async function followList(request: IncomingMessage, response: ServerResponse, query: string): Promise<void> {
  const seen = new URLSearchParams(query).get('seen');
  await follow(request, response, async (say) => {
    if ((await listState()) !== seen) say('changed', '');
  });
}

type Say = (event: string, data: string, id?: number) => void;

/** Looks again and again, until the browser has gone. */
async function follow(
  request: IncomingMessage,
  response: ServerResponse,
  look: (say: Say) => Promise<void>,
): Promise<void> {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
  // A comment: the browser knows that it is connected.
  response.write(':\n\n');
  let isGone = false;
  request.once('close', () => {
    isGone = true;
  });
  while (!isGone) {
    await look((event, data, id) =>
      response.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`),
    );
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

function send(response: ServerResponse, status: number, { text, policy }: ReturnType<typeof pageOf>): void {
  const all = {
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `${policy}; frame-ancestors 'none'`,
  };
  response.writeHead(status, all).end(text);
}

function plainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
