import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The path of a file without links; of one that was deleted, the path itself. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** What a file is known by: the URL of its real path, without a query. */
export function keyOf(file: string): string {
  return pathToFileURL(realPathOf(file)).href;
}

/** The key of the file behind a URL. */
export function fileOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

/** The version that a URL was stamped with; 0 for none. */
export function versionOf(url: string): number {
  return Number(/[?&]blaize=(\d+)/.exec(url)?.[1] ?? 0);
}

/** Stamps a URL with a version in place of the one that it has: each is a module of its own to Node. */
export function stamp(url: string, version: number): string {
  const plain = unstamped(url);
  return version === 0 ? plain : `${plain}${plain.includes('?') ? '&' : '?'}blaize=${version}`;
}

/** Removes the versions from URLs, also from those inside a longer text. */
export function unstamped(text: string): string {
  return text.replaceAll(/([?&])blaize=\d+(&?)/g, (_, before: string, after: string) => after && before);
}
