import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** What a file is known by: the URL of its real path, without a query. */
export function keyOf(file: string): string {
  let real = file;
  try {
    real = realpathSync(file);
  } catch {
    // A file that was deleted had this name.
  }
  return pathToFileURL(real).href;
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
