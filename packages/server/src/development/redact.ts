import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';

const REDACTED = '[redacted]';

/** A value to be shown, or that it is not. */
export function redact(name: string, value: string): string {
  return isSecretName(name) || isSecretValue(value) ? REDACTED : redactUrls(value);
}

/**
 * A path with its query, without what is secret in either.
 *
 * @param params what the route has taken out of it
 */
export function redactTarget(target: string, params: Readonly<Record<string, string>>): string {
  const end = target.includes('?') ? target.indexOf('?') : target.length;
  const segments = target.slice(0, end).split('/');
  const secrets = Object.keys(params)
    .filter((name) => redact(name, params[name] ?? '') === REDACTED)
    .flatMap((name) => (params[name] ?? '').split('/'));
  const inPath = new Set(segments.map(decoded));
  // A schema has made something else of it, which is not found there.
  const path = secrets.every((secret) => inPath.has(secret))
    ? segments
        .map((segment) => (secrets.includes(decoded(segment)) ? REDACTED : redact('', segment)))
        .join('/')
    : `/${REDACTED}`;
  return path + redactUrls(target.slice(end));
}

/** Hides passwords and secret parameters of the URLs that a text has. */
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
