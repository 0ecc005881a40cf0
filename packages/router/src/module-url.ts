import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The path of a file with links resolved; the path itself if the file was deleted. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** The key of a file: the URL of its real path, without a query. */
export function keyOf(file: string): string {
  return pathToFileURL(realPathOf(file)).href;
}

/** The key of the file behind a URL. */
export function fileOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

/** The version in a URL; 0 if there is none. */
export function versionOf(url: string): number {
  return Number(/[?&]blaize=(\d+)/.exec(url)?.[1] ?? 0);
}

/** Sets the version in a URL. Node treats each version as a separate module. */
export function stamp(url: string, version: number): string {
  const plain = unstamped(url);
  return version === 0 ? plain : `${plain}${plain.includes('?') ? '&' : '?'}blaize=${version}`;
}

/** Removes the versions from all URLs in a text. */
export function unstamped(text: string): string {
  return text.replaceAll(/([?&])blaize=\d+(&?)/g, (_, before: string, after: string) => after && before);
}
