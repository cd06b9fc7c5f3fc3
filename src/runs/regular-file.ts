import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Whatever is opened so, nobody is waited for. */
export const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What a file is, as Node.js says it: an embedder of the library needs no types of Node.js. */
interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** A path that cannot be read as a regular file; the message is a fragment: "it is a FIFO, expected a regular file". */
export class NotReadable extends Error {}

/** A file with more bytes than anybody needs; none of it is returned. */
export class TooLarge extends Error {
  /** As far as the system tells; at least `largest`. */
  readonly size: number;

  constructor(size: number) {
    super(`it has more than ${size} bytes`);
    this.size = size;
  }
}

/**
 * Reads a regular file. A FIFO, a socket or a device is refused before it is opened, and what takes the file's place between
 * the two is refused without waiting for it: nobody may ever write into it.
 * @param largest Larger files are not read; bytes. What the file system says of its size is not believed: files of /proc have 0.
 * @param folder Where it has to be, or below: a symbolic link out of it is refused. A reviewer reads what is in the folder.
 * @throws `NotReadable` or `TooLarge`
 */
export function readRegularFile(path: string, largest: number, folder?: string): Uint8Array {
  let file: number | undefined;
  try {
    const place = folder === undefined ? path : placeIn(folder, path);
    assertRegular(statSync(place));
    // Its place has no link in it: one that has come since is not followed.
    const follow = folder === undefined ? 0 : constants.O_NOFOLLOW;
    file = openSync(place, reading | follow);
    const stats = fstatSync(file);
    assertRegular(stats);
    if (stats.size > largest) throw new TooLarge(stats.size);
    return bytesOf(file, largest);
  } catch (error) {
    if (error instanceof NotReadable || error instanceof TooLarge) throw error;
    throw new NotReadable(reasonFor(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Returns where a path leads: it has to be in the folder, whatever links there are in it. */
function placeIn(folder: string, path: string): string {
  const place = realpathSync(path);
  if (place.startsWith(join(realpathSync(folder), sep))) return place;
  throw new NotReadable(`it is a symbolic link to ${place}, expected a file in its folder`);
}

function bytesOf(file: number, largest: number): Uint8Array {
  const chunks: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(65_536);
    const count = readSync(file, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > largest) throw new TooLarge(length);
  }
}

export function assertRegular(stats: FileKind): void {
  if (!stats.isFile()) throw new NotReadable(`it is ${kindOf(stats)}, expected a regular file`);
}

function kindOf(stats: FileKind): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Without the path: the caller names it. */
export function reasonFor(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ELOOP') return 'its symbolic links lead in a circle';
  return code ?? (error instanceof Error ? error.message : String(error));
}
