#!/usr/bin/env node
// Starts the program from V8's code cache: to parse and compile it takes longer than most commands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';
import { codeCache } from './code-cache.ts';

// Most commands end before what the V8 of Node 20 optimizes by default pays for itself; what runs longer is optimized a moment later.
// Later ones have a compiler in between, and no such flag.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');

const file = join(__dirname, 'program.cjs');
// The bundler writes ASCII only.
const source = readFileSync(file, 'latin1');
const cache = codeCache(source);
const cachedData = cache.read();
const script = new Script(`(function (module, exports, require, __filename, __dirname) {${source}\n})`, {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData ? { cachedData } : {}),
});
// At the end the functions that ran are compiled, and are in it.
if (cachedData === undefined || script.cachedDataRejected)
  process.on('exit', () => cache.write(script.createCachedData()));
const program = { exports: {} };
script.runInThisContext()(program, program.exports, require, file, __dirname);
