import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Environment } from '../language/index.ts';
import type { PlanExtras } from '../planner/index.ts';
import { readRegularFile } from '../runs/index.ts';
import { messageOf } from './problem.ts';

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

/** Each `ca` in an environment, by its path there: its hash, or why it cannot be read. */
export function authoritiesOf({ connections }: Environment, file: string): Record<string, Authority> {
  const authorities: Record<string, Authority> = {};
  for (const settings of Object.values(connections))
    if ('ca' in settings && settings.ca !== undefined)
      authorities[settings.ca] = authorityIn(settings.ca, dirname(file));
  return authorities;
}

type Authority = NonNullable<PlanExtras['authorities']>[string];

function authorityIn(ca: string, folder: string): Authority {
  try {
    return { sha256: readCa(ca, folder).sha256 };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
