import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJournal } from '../../src/runs/index.ts';
import { filesBelow, runbook, workingDirectory } from '../program.ts';
import { badDaySubject } from '../report/bad-day.ts';
import { serve } from '../serve-process.ts';

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request; of an answer without an end, what has come once `isEnough`. */
function get(
  url: string,
  {
    method = 'GET',
    headers = {},
    isEnough = () => false,
  }: { method?: string; headers?: Record<string, string>; isEnough?: (text: string) => boolean } = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = '';
      const end = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (!isEnough(text)) return;
        end();
        sent.destroy();
      });
      response.on('end', end);
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('runbook serve', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof serve>>;
  let subject: Awaited<ReturnType<typeof badDaySubject>>;

  beforeAll(async () => {
    directory = workingDirectory();
    subject = await badDaySubject();
    const events = subject.run?.events ?? [];
    const runs = join(directory, '.runbook', 'runs');
    for (const [id, count] of [
      ['20260101-000000-aaaaaa', events.length],
      ['20260102-000000-bbbbbb', 12],
    ] as const) {
      const journal = await createJournal(runs, id, subject.bytes);
      for (const event of events.slice(0, count)) await journal.record(event);
      await journal.close();
    }
    cpSync(join(runs, '20260101-000000-aaaaaa'), join(runs, '20260103-000000-cccccc'), { recursive: true });
    const changed = join(runs, '20260103-000000-cccccc', 'journal.jsonl');
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('"outcome":"failed"', '"outcome":"done"'));
    writeFileSync(join(directory, 'plan.json'), subject.bytes);
    writeFileSync(join(directory, 'other.json'), '{"password":"hunter22"}');
    mkdirSync(join(directory, 'sub'));
    server = await serve(directory);
  });

  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it('lists runs and plans, and shows each of them', async () => {
    const list = await get(server.url);
    const run = await get(`${server.url}runs/20260101-000000-aaaaaa`);
    const plan = await get(`${server.url}plans/plan.json`);

    expect(list.text).toContain('<a href="runs/20260101-000000-aaaaaa">');
    expect(list.text).toMatch(
      /failed<\/strong><br>restore: Ask the storage team.*<td>1\.0 s<\/td>.*<td>somebody@here<\/td>/,
    );
    expect(list.text).toMatch(/20260102-000000-bbbbbb.*unfinished/);
    expect(list.text).toContain('<a href="plans/plan.json">');
    expect(list.text).not.toContain('other.json');
    expect(run.text).toContain('repository_exception');
    expect(plan.text).toContain('A plan sends nothing itself.');
  });

  it('shows which line of a record was changed instead of the run', async () => {
    const changed = await get(`${server.url}runs/20260103-000000-cccccc`);
    const list = await get(server.url);

    expect(changed.text).toMatch(/journal\.jsonl:\d+: this line does not follow from line \d+/);
    expect(list.text).toMatch(/cccccc.journal\.jsonl:\d+: this line does not follow/);
  });

  it('is no other than report: a changed record is refused, and which line it is is said', async () => {
    const report = await runbook(directory, ['report', '20260103-000000-cccccc', '--format', 'html']);
    const show = await runbook(directory, ['show', '20260103-000000-cccccc']);

    for (const { code, stdout, stderr } of [report, show]) {
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/journal\.jsonl:\d+: this line does not follow from line \d+/);
    }
  });

  it('sends the events of a run that goes on', async () => {
    const events = `${server.url}runs/20260102-000000-bbbbbb/events`;
    const all = await get(events, { isEnough: (text) => text.includes('event: lines') });
    const later = await get(`${events}?seen=11`, { isEnough: (text) => text.includes('event: lines') });
    const again = await get(events, {
      headers: { 'last-event-id': '11' },
      isEnough: (text) => text.includes('event: lines'),
    });

    expect(all.headers['content-type']).toContain('text/event-stream');
    expect(all.text).toMatch(/^id: 12$/m);
    const linesIn = ({ text }: Got) => JSON.parse(/^data: (\[.*\])$/m.exec(text)?.[1] ?? '[]') as string[];
    expect(linesIn(all).length).toBeGreaterThan(linesIn(later).length);
    expect(linesIn(again)).toEqual(linesIn(later));
  });

  it('says that the list is another one than the one that was given, whenever it is asked', async () => {
    const { text } = await get(server.url);
    const seen = /<main data-seen="([0-9a-f]{64})">/.exec(text)?.[1];
    const journal = await createJournal(join(directory, '.runbook', 'runs'), '20260104-000000-dddddd', subject.bytes);
    await journal.close();
    const changed = await get(`${server.url}events?seen=${seen}`, { isEnough: (got) => got.includes('event:') });

    expect(seen).toBeDefined();
    expect(changed.text).toMatch(/^event: changed$/m);
    expect((await get(server.url)).text).not.toContain(`data-seen="${seen}"`);
  });

  it('says when a run has ended', async () => {
    const finished = await get(`${server.url}runs/20260101-000000-aaaaaa/events`, {
      isEnough: (text) => text.includes('finished'),
    });

    expect(finished.text).toMatch(/^event: finished$/m);
  });

  it.each<[string, (url: string) => string, Parameters<typeof get>[1], number]>([
    ['without its token', (url) => url.replace(/\/[^/]+\/$/, '/'), {}, 404],
    ['with another token', (url) => url.replace(/.\/$/, (end) => (end === '-/' ? '_/' : '-/')), {}, 404],
    ['by another name', (url) => url, { headers: { host: 'evil.example' } }, 421],
    ['by a name that leads here', (url) => url, { headers: { host: `localhost.evil.example:${1}` } }, 421],
    ['from a page of another site', (url) => url, { headers: { origin: 'https://evil.example' } }, 403],
    ['from a page of another port', (url) => url, { headers: { origin: 'http://127.0.0.1:1' } }, 403],
    ['from a sandboxed page', (url) => url, { headers: { origin: 'null' } }, 403],
    ['as a picture on another site', (url) => url, { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['to change something', (url) => url, { method: 'POST' }, 405],
    ['to delete something', (url) => `${url}runs/20260101-000000-aaaaaa`, { method: 'DELETE' }, 405],
    ['for a file above', (url) => `${url}plans/..%2Fplan.json`, {}, 404],
    ['for a file that is no plan', (url) => `${url}plans/other.json`, {}, 404],
    ['for a folder that is no run', (url) => `${url}runs/..%2F..%2Fsub`, {}, 404],
    ['for a run that is not there', (url) => `${url}runs/nothing`, {}, 404],
    ['for what is below a run', (url) => `${url}runs/20260101-000000-aaaaaa/journal.jsonl`, {}, 404],
    ['with a broken escape', (url) => `${url}runs/%ff`, {}, 404],
  ])('gives nothing %s', async (_case, address, options, status) => {
    const got = await get(address(server.url), options);

    expect(got.status).toBe(status);
    expect(got.text).not.toMatch(/repository_exception|hunter22|20260101/);
  });

  it('tells the browser to keep it to itself', async () => {
    const { headers } = await get(server.url, { headers: { 'sec-fetch-site': 'none' } });

    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/,
    );
  });

  it('survives FIFOs, dangling links and folders among its files, and waits for none of them', async () => {
    const runs = join(directory, '.runbook', 'runs');
    execFileSync('mkfifo', [join(directory, 'fifo.json'), join(runs, 'fifo')]);
    symlinkSync('nowhere', join(directory, 'dangling.json'));
    symlinkSync('nowhere', join(runs, 'dangling'));
    mkdirSync(join(directory, 'folder.json'));
    for (const name of ['journal.jsonl', 'plan.json']) {
      const run = join(runs, `20260105-000000-${name === 'plan.json' ? 'eeeeee' : 'ffffff'}`);
      cpSync(join(runs, '20260102-000000-bbbbbb'), run, { recursive: true });
      rmSync(join(run, name));
      execFileSync('mkfifo', [join(run, name)]);
    }

    const list = await get(server.url);
    expect(list.status).toBe(200);
    expect(list.text).toContain('<a href="runs/20260101-000000-aaaaaa">');
    expect(list.text).toMatch(
      /failed<\/strong><br>restore: Ask the storage team.*<td>1\.0 s<\/td>.*<td>somebody@here<\/td>/,
    );
    expect(list.text).toMatch(/eeeeee.plan\.json cannot be read: it is a FIFO, expected a regular file/);
    expect(list.text).toMatch(/ffffff.journal\.jsonl cannot be read: it is a FIFO, expected a regular file/);
    for (const path of ['plans/fifo.json', 'plans/dangling.json', 'plans/folder.json', 'runs/dangling'])
      expect([path, (await get(`${server.url}${path}`)).status]).toEqual([path, 404]);
    for (const run of ['fifo', '20260105-000000-eeeeee', '20260105-000000-ffffff'])
      expect((await get(`${server.url}runs/${run}`)).text).toContain('cannot be read: ');
    await expect(get(`${server.url}runs/20260105-000000-ffffff/events`)).rejects.toThrow();
    expect((await get(server.url)).status).toBe(200);
  });

  it('is opened under one name', async () => {
    const { code, stderr } = await runbook(directory, ['serve', '--host', '0.0.0.0']);

    expect(stderr).toContain('name the one address');
    expect(code).toBe(2);
  });

  it('changes nothing', async () => {
    const before = filesBelow(directory);
    await get(server.url);
    await get(`${server.url}runs/20260102-000000-bbbbbb`);

    expect(filesBelow(directory)).toEqual(before);
  });
});
