import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const namespace = 'lazy';
const require = createRequire(import.meta.url);

/** Modules of Node that take milliseconds to load each, and that most commands never use. */
const builtin = ['child_process', 'crypto', 'fs/promises', 'http', 'https', 'readline/promises', 'zlib'];

/** What most commands load and never use, with what they ask of it instead until they do. */
const contents: Readonly<Record<string, (path: string) => string>> = {
  // To make its segmenter and its regular expression of all emoji takes a third of the time of a short command.
  'string-width': (path) => `let whole;
    export default (text, options) =>
      typeof text === 'string' && /^[\\x20-\\x7e]*$/.test(text) ? text.length : (whole ??= require(${JSON.stringify(require.resolve(path))}).default)(text, options);`,
  // It parses what is no plain template.
  handlebars: (path) =>
    `let whole; export default { parse: (text) => (whole ??= require(${JSON.stringify(require.resolve(path))})).parse(text) };`,
  ...Object.fromEntries(builtin.map((name) => [`node:${name}`, loadedByItsMembers])),
};

/** A module that is loaded when one of its members is asked for. */
function loadedByItsMembers(path: string): string {
  const members = Object.keys(require(path)).map((name) => `get ${name}() { return whole().${name}; }`);
  return `let loaded; const whole = () => loaded ??= require('${path}'); module.exports = { ${members.join(', ')} };`;
}

/** Loads some modules when they are first needed. */
export const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup({ onResolve, onLoad }) {
    for (const path of Object.keys(contents)) {
      // What stands in its place asks for the module itself.
      onResolve({ filter: new RegExp(`^${path}$`) }, ({ namespace: from }) =>
        from === namespace ? { path, external: path.startsWith('node:') } : { path, namespace },
      );
    }
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: contents[path]?.(path) ?? '',
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
