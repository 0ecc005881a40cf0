import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';

const REDACTED = '[redacted]';

/** A value as it may be shown: without credentials, or replaced if it is one. */
export function redact(name: string, value: string): string {
  return isSecretName(name) || isSecretValue(value) ? REDACTED : redactUrls(value);
}

/**
 * A path with its query, without secrets.
 *
 * @param params the path parameters of the route
 */
export function redactTarget(target: string, params: Readonly<Record<string, string>>): string {
  const end = target.includes('?') ? target.indexOf('?') : target.length;
  const segments = target.slice(0, end).split('/');
  const secrets = Object.keys(params)
    .filter((name) => redact(name, params[name] ?? '') === REDACTED)
    .flatMap((name) => (params[name] ?? '').split('/'));
  const inPath = new Set(segments.map(decoded));
  // If a schema has transformed a secret, it can't be found in the path: the whole path is redacted.
  const path = secrets.every((secret) => inPath.has(secret))
    ? segments
        .map((segment) => (secrets.includes(decoded(segment)) ? REDACTED : redact('', segment)))
        .join('/')
    : `/${REDACTED}`;
  return path + redactUrls(target.slice(end));
}

/** Hides passwords and secret parameters in the URLs of a text. */
function redactUrls(text: string): string {
  return text
    .replaceAll(/:\/\/[^/?#@\s]+@/g, `://${REDACTED}@`)
    .replaceAll(
      /([?&;])([^?=&;#\s]*)=([^&;#\s]*)/g,
      (whole: string, mark: string, name: string, value: string) =>
        isSecretName(decoded(name)) || isSecretValue(decoded(value)) ? `${mark}${name}=${REDACTED}` : whole,
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
