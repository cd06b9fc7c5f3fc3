import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';

/** Files of types, and of state that is nothing without the functions that use it. */
const withoutTests = ['event', 'findings', 'index', 'ports', 'reason', 'result', 'session'];

it('every file of the interpreter has a test of its name', () => {
  const names = (folder: string, ending: string) =>
    readdirSync(folder).flatMap((file) => (file.endsWith(ending) ? [basename(file, ending)] : []));
  const tested = names('test/engine', '.test.ts');
  const files = names('src/engine', '.ts');
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !tested.includes(file))).toEqual(withoutTests);
});

it('no file of the interpreter walks the nodes of a plan by hand: the visitor does', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('plan/') && !file.startsWith('sandbox/'))
    .map((file) => [file, readFileSync(`src/${file}`, 'utf8')] as const);
  // The interpreter itself runs a block's steps and its `always`; nobody else goes down into a node.
  const walkers = sources.filter(([, text]) => /node\.(steps|always)\b/.test(text)).map(([file]) => file);
  expect(walkers.sort()).toEqual(['engine/block.ts', 'report/formats/curl.ts']);
});
