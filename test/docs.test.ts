import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import environmentSchema from '../schemas/environment.v1.schema.json' with { type: 'json' };
import schema from '../schemas/runbook.v1.schema.json' with { type: 'json' };
import { lints } from '../src/check/index.ts';
import { exitCodes } from '../src/cli/exit-codes.ts';
import { isRetried } from '../src/engine/effect.ts';
import { isTransient, pauseBefore } from '../src/engine/retry.ts';
import { knownApis } from '../src/kinds/elasticsearch/catalogue/apis.ts';
import { readingPosts as kibanaPosts } from '../src/kinds/kibana/reading-posts.ts';
import { helpers } from '../src/language/helpers.ts';
import { patience } from '../src/language/patience.ts';
import { formats } from '../src/report/index.ts';
import { calls, effects, states } from '../src/sandbox/index.ts';
import { durationOf } from '../src/text/index.ts';
import { runbook, workingDirectory } from './program.ts';

/** The text files of the repository, by path. */
const files = new Map(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => /\.(md|ts|mjs|yaml|json|java)$/.test(path) && existsSync(path) && path !== 'test/docs.test.ts')
    .map((path) => [path, readFileSync(path, 'utf8')]),
);
const page = 'docs/how-servers-behave.md';
const facts = [...(files.get(page) ?? '').matchAll(/^### ([A-Z]\d+) /gm)].map(([, id = '']) => id);

/** Every match of a pattern in every file, as `PATH: MATCH`, for those that the test is about. */
function found(pattern: RegExp, isWrong: (match: RegExpExecArray, path: string) => boolean): string[] {
  return [...files].flatMap(([path, text]) =>
    [...text.matchAll(pattern)].filter((match) => isWrong(match, path)).map(([match]) => `${path}: ${match}`),
  );
}

describe('how servers behave', () => {
  it('gives each fact one id', () => {
    expect(facts.length).toBeGreaterThan(60);
    expect(facts.filter((id, index) => facts.indexOf(id) < index)).toEqual([]);
  });

  it('has every fact that a comment or a runbook refers to', () => {
    const references = /how-servers-behave\.md, ([A-Z]\d+(?:, [A-Z]\d+)*)/g;
    expect(found(references, () => true).length).toBeGreaterThan(40);
    expect(found(references, ([, ids = '']) => ids.split(', ').some((id) => !facts.includes(id)))).toEqual([]);
    // Trials are as somebody else wrote them.
    expect(found(/field[ -]notes?/gi, (_, path) => !path.startsWith('test/cli/trials/'))).toEqual([]);
  });

  it('has every fact that a scenario is named after, and every scenario of the servers is named after one', () => {
    const named = /\bit\(\s*[`'"]([A-Z]\d+): /g;
    expect(found(named, () => true).length).toBeGreaterThan(60);
    expect(found(named, ([, id = '']) => !facts.includes(id))).toEqual([]);
    const unnamed = /\bit\(\s*[`'"](?![A-Z]\d+: ).*/g;
    expect(found(unnamed, (_, path) => path.startsWith('test/contract/servers/'))).toEqual([]);
  });

  it('says of each fact what this program does about it and which tests show it', () => {
    const entries = (files.get(page) ?? '').split(/^### /m).slice(1);
    const lacks = (entry: string) => !/^- This program: /m.test(entry) || !/^- Tests: /m.test(entry);
    expect(entries.filter(lacks).map((entry) => entry.split('\n')[0])).toEqual([]);
  });
});

describe('the pages', () => {
  /** As GitHub makes the anchor of a heading. */
  const anchorOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  const anchorsIn = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

  it('link to pages, headings and files that exist', () => {
    const isBroken = (target: string, from: string) => {
      const [path = '', anchor] = target.split('#');
      const to = path === '' ? from : join(dirname(from), path);
      if (!existsSync(to)) return true;
      return anchor !== undefined && !anchorsIn(readFileSync(to, 'utf8')).includes(anchor);
    };
    const links = /\]\((?!https?:)([^)\s]+)\)/g;
    const isPage = (path: string) => path.endsWith('.md');
    expect(found(links, (_, path) => isPage(path)).length).toBeGreaterThan(5);
    expect(found(links, ([, target = ''], path) => isPage(path) && isBroken(target, path))).toEqual([]);
  });

  it('name files that exist', () => {
    const names = /`((?:src|test|runbooks|docs|schemas|bench)\/[\w./-]+\.(?:ts|md|yaml|json|mjs))`/g;
    const isPage = (path: string) => path.endsWith('.md');
    expect(found(names, (_, path) => isPage(path)).length).toBeGreaterThan(100);
    expect(found(names, ([, name = ''], path) => isPage(path) && !existsSync(name))).toEqual([]);
  });
});

describe('the tables of the pages', () => {
  const textOf = (path: string) => readFileSync(path, 'utf8');
  /** The codes in the first column of the first table after a text that has such a head: `| code | …`. */
  function rows(path: string, head: string, after = ''): string[] {
    const text = textOf(path);
    const table = new RegExp(`^\\| ${head} +\\|.*\\n\\|[ -|]+\\n((?:\\|.*\\n)*)`, 'm').exec(
      text.slice(text.indexOf(after)),
    );
    const cells = (table?.[1] ?? '').split('\n').map((row) => row.split(/(?<!\\)\|/)[1] ?? '');
    return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)).sort();
  }
  const words = (codes: readonly string[]) => codes.map((code) => code.split(/[ :=]/)[0] ?? '').sort();
  const keysOf = (...schemas: readonly { properties: object }[]) =>
    [...new Set(schemas.flatMap(({ properties }) => Object.keys(properties)))].sort();

  it('have every lint, format and fault, and nothing else', () => {
    expect(rows('docs/checks.md', 'code')).toEqual(lints.map(({ code }) => code).sort());
    expect(rows('docs/reports.md', 'format')).toEqual(Object.keys(formats).sort());
    expect(rows('docs/sandbox.md', 'call')).toEqual([...Object.keys(calls), '*'].sort());
    expect(words(rows('docs/sandbox.md', 'effect'))).toEqual(words(effects.map(([name]) => name)));
    expect(rows('docs/sandbox.md', 'state')).toEqual(states.map(([name]) => name));
  });

  it('have every construct of the language and of the environment file', () => {
    const { callStep, ossStep, block, noteStep, useStep, plainInput, objectInput, matcher } = schema.$defs;
    expect(rows('docs/language.md', 'key', '## Steps')).toEqual(keysOf(callStep, ossStep, block, noteStep, useStep));
    expect(rows('docs/language.md', 'key', '## Inputs')).toEqual(keysOf(plainInput, objectInput));
    expect([...rows('docs/language.md', 'matcher'), 'message'].sort()).toEqual(keysOf(matcher));
    expect(words(rows('docs/language.md', 'helper'))).toEqual(Object.keys(helpers).sort());
    expect(rows('docs/environment.md', 'key')).toEqual(keysOf(environmentSchema));
    expect(rows('docs/environment.md', '`kind`')).toEqual(
      expect.arrayContaining(schema.$defs.connection.properties.kind.enum),
    );
  });

  it('have every POST that is known to read', () => {
    const listed = (name: string) => {
      const [, list = ''] = new RegExp(`^- ${name}: (.*)$`, 'm').exec(textOf('docs/language.md')) ?? [];
      return [...list.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    };
    const paths = knownApis().apis.flatMap(({ path, reads }) => (reads ? [path] : []));
    const isDoubled = (path: string) => paths.includes(`/{index}${path}`);
    expect(listed('Elasticsearch')).toEqual(paths.filter((path) => !isDoubled(path)));
    expect(listed('Kibana')).toEqual(kibanaPosts);
  });

  it('say when a call is sent again, as the schema does', () => {
    const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
    const answer = (status: number) => ({ kind: 'response', status, body: {}, warnings: [] }) as const;
    const again = statuses.filter((status) => isTransient(answer(status)));
    const read = `up to ${patience.attempts} times within a minute`;
    const [last, ...others] = again.reverse();
    const after = `again after no response, ${others.reverse().join(', ')} and ${last}`;
    expect(patience.budget_ms).toBe(60_000);
    expect(statuses.filter(isRetried)).toEqual([429, ...statuses.filter((status) => status >= 500)]);
    const longest = pauseBefore(20, { attempts: 20, delay_ms: 1_000, budget_ms: 10 ** 9 }, answer(503), 0, {
      monotonic: () => 0,
      random: () => 1,
    });
    const [, section = ''] = /^### Retries\n([\s\S]*?)^### /m.exec(textOf('docs/language.md')) ?? [];
    const { description, properties } = schema.$defs.retry;
    for (const text of [
      section.replaceAll('*', '').replaceAll('`', ''),
      `${description} ${properties.delay.description}`,
    ]) {
      expect(text).toContain(read);
      expect(text).toContain(after);
      expect(text).toContain('sent again after 429 and 5xx');
      expect(text).toContain(`each time up to ${durationOf(longest ?? 0)}`);
      expect(text).toContain(durationOf(patience.delay_ms));
    }
  });

  it('have every exit code', () => {
    const codes = [...textOf('docs/commands.md').matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([...new Set(Object.values(exitCodes))].sort((a, b) => a - b));
  });

  it('have every command with its options', async () => {
    const help = async (...command: string[]) => (await runbook(workingDirectory(), [...command, '--help'])).stdout;
    const listed = (await help()).split('\nUsage:')[1] ?? '';
    const commands = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(10);
    const lines = textOf('docs/commands.md').split('\n');
    for (const command of commands.filter((name) => name !== 'help')) {
      const row = lines.find((line) => new RegExp(`^\\| \`runbook ${command}[\` ]`).test(line)) ?? '';
      const options = [...(await help(command)).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = '']) => name);
      const missing = options.filter((name) => name !== '--help' && !new RegExp(`${name}(?![a-z-])`).test(row));
      expect([command, row !== '', ...missing]).toEqual([command, true]);
    }
  });

  it('have every package that the program is built on', () => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json'));
    const names = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'));
    const page = textOf('docs/dependencies.md');
    expect(names.filter((name) => !page.includes(`\`${name.replace('@biomejs/', '')}\``))).toEqual([]);
  });
});
