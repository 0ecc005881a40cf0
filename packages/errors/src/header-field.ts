const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

// RFC 9110 section 5.5: visible ASCII, space, tab and obs-text. Each character is sent as one byte.
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether a value is a token (RFC 9110 section 5.6.2), as the names of fields, methods and cookies are. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/** @throws TypeError with the code of Node's `validateHeaderName()` if a field could not be sent under this name */
export function assertHeaderName(name: string): void {
  if (isToken(name)) return;
  throw invalid('ERR_INVALID_HTTP_TOKEN', `${show(name)} is not a valid header name.`);
}

/** @throws TypeError with the code of Node's `validateHeaderValue()` if a field could not be sent with this value */
export function assertHeaderValue(name: string, value: string): void {
  if ((value as string | undefined) === undefined) {
    throw invalid('ERR_HTTP_INVALID_HEADER_VALUE', `The header ${show(name)} has no value.`);
  }
  const match = FORBIDDEN.exec(value);
  if (!match) return;
  // The message does not show the value, which may be a cookie or a credential.
  const character = `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  throw invalid(
    'ERR_INVALID_CHAR',
    `The value of the header ${show(name)} has a character that cannot be sent: ${character}, at index ${match.index}.`,
  );
}

function invalid(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

function show(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 100)) : `A ${typeof name}`;
}
