import path from 'node:path';

/** A path with `/` between its parts, as it stands in a URL and in what is built. */
export function posix(file: string): string {
  return file.split(path.sep).join('/');
}
