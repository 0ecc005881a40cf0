import { ClientError } from './client-error.ts';

const PARAMETER = /\[(\.{3})?([^\]]+)\]/g;

/** The base of all URLs: origin and path, without a slash at the end. @throws ClientError, which does not show the URL */
export function readBase(base: string | URL): string {
  let url: URL | undefined;
  try {
    // In a browser, `/api` is on the page's origin.
    url = new URL(base, (globalThis as { location?: { href: string } }).location?.href);
  } catch {
    // Its message has the URL.
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new ClientError(
      'ERR_BLAIZE_CLIENT_REQUEST',
      'The base URL must be of http: or https:, without user name, password, query or fragment.',
    );
  }
  return url.origin + url.pathname.replace(/\/$/, '');
}

/**
 * Fills the parameters of a path. Values are percent-encoded, so that they stay within their segment, or, for `[...path]`,
 * within the path.
 *
 * @throws ClientError for a parameter that is missing, and for one that makes a segment empty, `.` or `..`: URLs resolve
 *   these even if they are percent-encoded
 */
export function fillPath(path: string, params: object = {}): string {
  const values = new Map<string, unknown>(Object.entries(params));
  if (path === '/') return path;
  const filled = path.replaceAll(PARAMETER, (_, rest: string | undefined, name: string) => {
    const value = toText(values.get(name) ?? '');
    return rest ? value.split('/').map(encode).join('/') : encode(value);
  });
  if (/^(?!\/)|\/\.{0,2}(?=\/|$)/.test(filled)) {
    throw new ClientError(
      'ERR_BLAIZE_CLIENT_REQUEST',
      `A param of ${path} is missing, or would make a part of the path empty, "." or "..".`,
    );
  }
  return filled;
}

/**
 * Adds names and values as a server reads them back: a list repeats its name, and `undefined` and `null` are left out.
 *
 * @param addFile takes files, for a target that can have them
 */
export function addFields(
  target: { append(name: string, value: string): void },
  fields: object,
  addFile?: (name: string, file: Blob) => void,
): void {
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat() as unknown[]) {
      if (addFile && one instanceof Blob) addFile(name, one);
      else if (one != null) target.append(name, toText(one));
    }
  }
}

/** @throws ClientError for a value that has no form as text, such as an object */
function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' || typeof value === 'function') {
    throw new ClientError('ERR_BLAIZE_CLIENT_REQUEST', 'A value in params, query or a form is an object.');
  }
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it is a primitive value
  return String(value);
}

function encode(text: string): string {
  return encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'));
}
