import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Environment } from '../language/index.ts';
import { readRegularFile } from '../runs/index.ts';

/** More than this is no file of certificates; bytes. */
const largest = 1_000_000;

/** A file with certificates: its text, and the SHA-256 of its bytes in hexadecimal. */
export interface CaFile {
  readonly text: string;
  readonly sha256: string;
}

/**
 * Reads a `ca` of an environment file.
 * @param folder That of the environment file.
 * @throws where it cannot be read.
 */
export function readCa(ca: string, folder: string): CaFile {
  const bytes = readRegularFile(resolve(folder, ca), largest);
  return { text: Buffer.from(bytes).toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The hash of each `ca` in an environment, by its path there; one that cannot be read has none, and planning says so. */
export function caHashesOf({ connections }: Environment, file: string): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const settings of Object.values(connections)) {
    if (!('ca' in settings) || settings.ca === undefined) continue;
    try {
      hashes[settings.ca] = readCa(settings.ca, dirname(file)).sha256;
    } catch {
      // Perhaps the runbook has no such connection.
    }
  }
  return hashes;
}
