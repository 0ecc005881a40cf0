import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';

const REDACTED = '[redacted]';
// Terminals obey C0 and C1 controls. Some readers take U+2028 for the end of a line, and characters that change the direction
// of text hide what a line says (CVE-2021-42574). Node's HTTP/1.1 refuses most of them; other ways to a server need not.
// eslint-disable-next-line no-control-regex -- these are what it is about
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// A parameter within a path, `/download;token=1`. What follows `?` is not there by itself, but in a proxy's or a scanner's path.
const PARAMETER = /([;?&#]|%3[bf]|%26|%23)([^;?&#=/%]{1,100})=([^;?&#/]+)/gi;
const USER_INFO = /:\/+[^/@]*@/g;

/** What is needed of a request. */
interface Requested {
  readonly path: string;
  readonly params: unknown;
}

/**
 * The path of a request as it may be logged: without parameters that are credentials by their name or value, as in
 * `/reset/:token`, and with control characters percent-encoded.
 */
export function loggedPath({ path, params }: Requested): string {
  return withoutSecrets(path, params).replaceAll(CONTROLS, encoded);
}

function withoutSecrets(path: string, params: unknown): string {
  const secrets = Object.entries((params ?? {}) as Readonly<Record<string, unknown>>).flatMap(
    ([name, value]) => (isSecretName(name) || isSecretValue(String(value)) ? String(value).split('/') : []),
  );
  const parts = secrets.length > 0 || isSecretValue(path) ? hidden(path, secrets) : path;
  if (!/[=@]/.test(parts)) return parts;
  return parts
    .replaceAll(USER_INFO, `://${REDACTED}@`)
    .replaceAll(PARAMETER, (whole, mark: string, name: string) =>
      isSecretName(decoded(name)) ? `${mark}${name}=${REDACTED}` : whole,
    );
}

function hidden(path: string, secrets: readonly string[]): string {
  return path
    .split('/')
    .map((part) =>
      part !== '' && (secrets.includes(decoded(part)) || isSecretValue(part)) ? REDACTED : part,
    )
    .join('/');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encoded(character: string): string {
  return encodeURIComponent(character);
}
