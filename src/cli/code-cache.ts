import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What V8 has compiled of a program, kept from one process to the next. What cannot be kept is compiled again, and nothing is said of it. */
export interface CodeCache {
  readonly read: () => Buffer | undefined;
  readonly write: (data: Buffer) => void;
}

/**
 * The cache of a program for the command that is called: each has the functions that it needs, so that no command reads those of
 * another. It is in the user's own cache folder: what is in it is executed, so a folder that others can write into is not used.
 * @param source The program; another version of it has another cache.
 */
export function codeCache(source: string, command = process.argv[2] ?? '', environment = process.env): CodeCache {
  const folder = folderIn(environment);
  if (folder === undefined) return { read: () => undefined, write: () => undefined };
  const node = `${process.version}-${process.arch}-`;
  const program = `${node}${crc32(source).toString(16)}-`;
  const file = join(folder, `${program}${/^[a-z]{1,12}$/.test(command) ? command : 'program'}.cache`);
  return {
    read: () => {
      try {
        if (!isOwn(folder)) return undefined;
        const data = readFileSync(file);
        const code = data.subarray(4);
        return data.length > 4 && data.readUInt32LE() === crc32(code) ? code : undefined;
      } catch {
        return undefined;
      }
    },
    write: (code) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (!isOwn(folder)) return;
        for (const name of readdirSync(folder))
          if (!name.startsWith(program) && (name.startsWith(node) || isOld(join(folder, name))))
            rmSync(join(folder, name), { force: true });
        const sum = Buffer.alloc(4);
        sum.writeUInt32LE(crc32(code));
        const beside = `${file}.${process.pid}`;
        writeFileSync(beside, Buffer.concat([sum, code]), { mode: 0o600, flag: 'wx' });
        // Whoever reads it meanwhile has the old one or the new one.
        renameSync(beside, file);
      } catch {
        // A full disk, or no home: the next process compiles it again.
      }
    },
  };
}

/** Returns the folder of the cache; undefined for a user without a home, such as an arbitrary one in a container. */
function folderIn({ XDG_CACHE_HOME: base }: NodeJS.ProcessEnv): string | undefined {
  try {
    return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'runbook');
  } catch {
    return undefined;
  }
}

/** Returns whether a folder is this user's, and nobody else can write into it. Windows keeps a user's folders for them itself. */
function isOwn(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  const user = process.geteuid?.();
  return user === undefined || (uid === user && (mode & 0o022) === 0);
}

/** Returns whether nobody will miss the cache of another version of Node. */
function isOld(file: string): boolean {
  const month = 30 * 24 * 3_600_000;
  return Date.now() - statSync(file).mtimeMs > month;
}
