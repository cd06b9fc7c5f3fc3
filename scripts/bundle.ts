// Builds dist: the program as one file with its packages, what starts it, and the library.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { lazyModules, lazySummaries } from './lazy-modules.ts';
import { standaloneValidators } from './standalone.ts';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  outdir: 'dist',
  sourcemap: true,
  plugins: [standaloneValidators],
  logLevel: 'warning',
} satisfies BuildOptions;

// What an earlier version has left is no part of this one.
rmSync('dist', { recursive: true, force: true });

const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: { program: 'src/cli/main.ts', summaries: 'src/kinds/elasticsearch/catalogue/summaries.ts' },
  plugins: [...common.plugins, lazyModules, lazySummaries],
  // A compiled script cannot import, but require.
  supported: { 'dynamic-import': false },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Large, and seldom needed.
  external: ['ali-oss'],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
});
// To load Node's loader of ES modules would take longer than the rest of the start.
await build({ ...common, entryPoints: { runbook: 'src/cli/launch.ts' }, format: 'cjs' });
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
await build({
  ...common,
  entryPoints: ['src/index.ts'],
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  packages: 'external',
  splitting: true,
});

// The licenses of the packages in the program want to be where the packages are.
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
);
const licenses = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync('dist/program.licenses.txt', licenses.join(`\n${'-'.repeat(80)}\n\n`));
