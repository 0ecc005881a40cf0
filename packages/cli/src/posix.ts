import path from 'node:path';

/** A path with `/` between its parts, as used in URLs and builds. */
export function posix(file: string): string {
  return file.split(path.sep).join('/');
}
