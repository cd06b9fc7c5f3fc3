import { statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { assertRegular, NotReadable, reading, reasonFor } from './regular-file.ts';

/**
 * Opens a regular file to read from it. Nothing else is waited for.
 * @throws `NotReadable`
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    assertRegular(statSync(path));
    const file = await open(path, reading);
    try {
      assertRegular(await file.stat());
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw error instanceof NotReadable ? error : new NotReadable(reasonFor(error));
  }
}
