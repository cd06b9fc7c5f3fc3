// `node run-ts.mjs FILE ARGUMENTS`: bundles a TypeScript program of the project and runs it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const [entry, ...rest] = process.argv.slice(2);
// Inside the project: it imports packages.
const folder = mkdtempSync(join('node_modules', '.run-ts-'));
try {
  const outfile = join(folder, 'main.mjs');
  const shared = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', packages: 'external' };
  await build({ ...shared, entryPoints: [entry], outfile, sourcemap: 'inline', logLevel: 'warning' });
  const flags = ['--enable-source-maps', '--expose-gc'];
  const { status } = spawnSync(process.execPath, [...flags, outfile, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
