import { copyFile, rename, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { originOf } from './uploads.ts';

/**
 * Keeps an uploaded file: moves it to `path`, and replaces what is there. A file on disk is renamed, or copied if `path` is
 * on another file system; one in memory is written. The folder must exist, and only the user of the process can read the
 * result (mode 0600).
 *
 * A file that was on disk can't be read through its `File` any more.
 *
 * ```ts
 * await moveFile(ctx.request.body.photo, path.join(folder, `${id}.png`));
 * ```
 *
 * @throws what the file system says, such as `ENOENT`
 */
export async function moveFile(file: File, path: string): Promise<void> {
  const origin = originOf(file);
  const from = origin?.path;
  if (from === undefined) {
    await pipeline(file.stream(), createWriteStream(path, { mode: 0o600 }));
    return;
  }
  try {
    await rename(from, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, path);
    await rm(from, { force: true });
  }
  if (origin) origin.path = undefined;
}
