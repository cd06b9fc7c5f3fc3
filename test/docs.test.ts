import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

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
    expect(found(/field[ -]notes?/gi, () => true)).toEqual([]);
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
