import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

// Packages stay outside: each is loaded from node_modules when the command that needs it runs.
await build({
  entryPoints: { runbook: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  define: { RUNBOOK_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
