import { createRequire } from 'node:module';
import { sep } from 'node:path';
import type { Plugin } from 'esbuild';

const namespace = 'lazy';
const { resolve } = createRequire(import.meta.url);

/** What most commands load and never use, with what they ask of it instead until they do. */
const modules = {
  // To make its segmenter and its regular expression of all emoji takes a third of the time of a short command.
  'string-width': (path: string) => `let whole;
    export default (text, options) =>
      typeof text === 'string' && /^[\\x20-\\x7e]*$/.test(text) ? text.length : (whole ??= require(${path}).default)(text, options);`,
  // Commander could start subcommands that are programs of their own.
  'node:child_process': (path: string) => `module.exports = { get spawn() { return require(${path}).spawn; } };`,
};

/** Loads some modules when they are first needed. */
export const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^string-width$/ }, ({ path }) => ({ path, namespace }));
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes(`${sep}commander${sep}`) ? { path, namespace } : undefined,
    );
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: modules[path as keyof typeof modules](JSON.stringify(resolve(path))),
      resolveDir: process.cwd(),
    }));
  },
};

/** Leaves the summaries of calls in a file of their own beside the program: a start need not read them. */
export const lazySummaries: Plugin = {
  name: 'lazy-summaries',
  setup({ onResolve }) {
    onResolve({ filter: /\/summaries\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './summaries.cjs', external: true } : undefined,
    );
  },
};
