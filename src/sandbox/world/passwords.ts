import { isSince, type Version } from './versions.ts';

/** Stands in for bcrypt: as long, with its prefix, and good for nothing but comparing. */
export function hashOf(password: string): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = 0x811c9dc5;
  let hash = '$2a$10$';
  for (let index = 0; index < 53; index++) {
    for (const character of `${index}${password}`)
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    hash += alphabet[state % 64];
  }
  return hash;
}

const rounds = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000];

/** Returns the algorithm of a hash, as 7.10.2 calls it; it knows no others, and takes them for clear text. */
function algorithmOf(hash: string): string {
  const cost = /^\$2a\$(\d\d)\$/.exec(hash)?.[1];
  if (cost !== undefined) return cost === '10' ? 'BCRYPT' : `BCRYPT${Number(cost)}`;
  const iterations = /^\{PBKDF2\}(\d+)\$/.exec(hash)?.[1];
  if (iterations !== undefined) return iterations === '10000' ? 'PBKDF2' : `PBKDF2_${iterations}`;
  const digest = /^\{(SSHA256|SHA|MD5)\}/.exec(hash)?.[1];
  return digest === 'SHA' ? 'SHA1' : (digest ?? 'NOOP');
}

/** Returns why a cluster does not take a hash for a password, if so: 7.10.2 takes only the algorithm that it would use itself. */
export function hashRefusal(version: Version, hash: string): string | undefined {
  if (!isSince({ version }, 8)) {
    const algorithm = algorithmOf(hash);
    if (algorithm === 'BCRYPT') return undefined;
    return `Provided password hash uses [${algorithm}] but the configured hashing algorithm is [BCRYPT]`;
  }
  if (/^\$2[aby]\$(0[4-9]|1[0-4])\$.{53}$/.test(hash)) return undefined;
  const iterations = /^\{PBKDF2(?:_STRETCH)?\}(\d+)\$.+\$.+$/.exec(hash)?.[1];
  if (iterations !== undefined && rounds.includes(Number(iterations))) return undefined;
  const bcrypt = ['bcrypt', ...Array.from({ length: 11 }, (_, index) => `bcrypt${index + 4}`)];
  const pbkdf2 = ['pbkdf2', 'pbkdf2_stretch'].flatMap((name) => [name, ...rounds.map((count) => `${name}_${count}`)]);
  return `The provided password hash is not a hash or it could not be resolved to a supported hash algorithm. The supported password hash algorithms are [${[...bcrypt, ...pbkdf2].join(', ')}]`;
}
