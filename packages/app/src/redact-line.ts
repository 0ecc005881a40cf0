import { isSecretName } from '@blaizejs/errors/internal';

import { redactText } from './redact-text.ts';

/** Removes credentials from lines of a log. */
export interface Redaction {
  /** Removes them from a line of JSON. */
  line(line: string): string;
  /** Whether a field of this name is a credential. */
  isField(name: string): boolean;
  /** Whether text may have credentials. Quick, and true too often. */
  isSuspect(text: string): boolean;
}

const REDACTED = '"[redacted]"';

// Lines that match none of these have no credentials. Most lines do not, and cost only this test.
const SUSPECT =
  'auth|cookie|token|secret|pass(?:w|p|c)|[-_\\w]key|session|credential|jwt|[cx]srf|signature|bearer|basic |digest |negotiate |eyJ|' +
  '://[^/\\s"]*@|"(?:key|pwd|pin|otp|code|sid|sig)"|\\b(?:key|pwd|pin|otp|code|sid|sig)=|%[0-9a-f]{2}[^=\\s"]{0,60}=|private key';

// Names that only describe a credential: `tokenType`, `cookieName`, `session_timeout`.
const ABOUT =
  /(?:count|length|size|limit|types?|names?|expires|expires[-_]?(?:in|at)|expiry|ttl|age|timeout|enabled|method|scheme|url|uri|endpoint|path|required|valid|status|error|reason)$/i;
const HAS_DIGITS_ONLY = /pass|pin$|otp$|pwd$|secret|token$/i;

// Names of headers, as they are found in `rawHeaders`, in lists of pairs, and in HAR's `{ name, value }`.
const HEADER = /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?(?:[\w-]*-)?(?:api-?key|token|secret))$/i;
const NEXT_VALUE = /,(?:"value":)?(?=["[])/y;

// An error's `code` is a word or a short number; that of OAuth, or of a second factor, is neither.
const CODE =
  /^(?:"(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{1,32}|[A-Za-z]?[a-z]+(?:[-_. ][a-z]+)*|[A-Z0-9]{1,5})"|-?\d{1,5})$/;
const RANDOM = /^"(?=[^"]*\d)(?=[^"]*[A-Za-z])[\w+/=-]{16,}"$/;

/**
 * Replaces credentials in a line of JSON: values of names such as `password`, `Authorization` or `accessToken`, however deep;
 * and in any text, credentials in URLs, queries, forms, header lines and JSON.
 *
 * It reads the finished line. So it does not matter how an object was nested, what its `toJSON()` returned, or who added it.
 *
 * @param names further names of fields, in any case, with or without `-` and `_`
 */
export function createRedaction(names: readonly string[] = []): Redaction {
  const own = names.map(looselySpelled).join('|');
  const suspect = new RegExp(own === '' ? SUSPECT : `${SUSPECT}|${own}`, 'i');
  const isOwn = own === '' ? undefined : new RegExp(`^(?:${own})$`, 'i');
  return {
    line: (line) => (suspect.test(line) ? redact(line, isOwn) : line),
    isField: (name) => hides(name, isOwn),
    isSuspect: (text) => suspect.test(text),
  };
}

function looselySpelled(name: string): string {
  const letters = Array.from(name.replaceAll(/[-_. ]/g, ''));
  return letters.map((letter) => letter.replace(/[^\w]/u, String.raw`\$&`)).join('[-_. ]?');
}

function redact(line: string, isOwn: RegExp | undefined): string {
  let result = '';
  let copied = 0;
  const replace = (from: number, to: number, by: string): void => {
    result += line.slice(copied, from) + by;
    copied = to;
  };
  for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at)) {
    const end = endOfString(line, at);
    const content = line.slice(at + 1, end - 1);
    if (line[end] === ':') {
      const name = content.includes('\\') ? unescaped(content) : content;
      const stop = hides(name, isOwn) ? endOfValue(line, end + 1) : end;
      if (stop > end && isCredential(name, line.slice(end + 1, stop), isOwn)) {
        replace(end + 1, stop, REDACTED);
        at = stop;
      } else at = end + 1;
      continue;
    }
    const text = redactText(content);
    if (text !== content) replace(at + 1, end - 1, text);
    at = end;
    if (HEADER.test(content) || isOwn?.test(content)) {
      NEXT_VALUE.lastIndex = end;
      const start = NEXT_VALUE.test(line) ? NEXT_VALUE.lastIndex : end;
      if (start > end) {
        at = endOfValue(line, start);
        // Not if it is the name of the next property.
        if (line[at] === ':') at = end;
        else replace(start, at, REDACTED);
      }
    }
  }
  return result + line.slice(copied);
}

function hides(name: string, isOwn: RegExp | undefined): boolean {
  return isOwn?.test(name) === true || (isSecretName(name) && !ABOUT.test(name));
}

function isCredential(name: string, json: string, isOwn: RegExp | undefined): boolean {
  if (json === '""' || json === 'null' || json === 'true' || json === 'false') return false;
  if (json === '[]' || json === '{}') return false;
  if (isOwn?.test(name)) return true;
  if (/^code$/i.test(name)) return !CODE.test(json);
  if (/^key$/i.test(name)) return RANDOM.test(json) || json.includes('PRIVATE KEY');
  // Numbers count something, as in `sessions: { open: 3 }`, unless the name says that they are the secret.
  const isText = json.startsWith('"') || /[:[,]"(?![^"\\]*":)/.test(json);
  return isText || HAS_DIGITS_ONLY.test(name);
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(line: string, start: number): number {
  for (let at = line.indexOf('"', start + 1); at !== -1; at = line.indexOf('"', at + 1)) {
    let before = at;
    while (line[before - 1] === '\\') before -= 1;
    if ((at - before) % 2 === 0) return at + 1;
  }
  return line.length;
}

/** The index after the JSON value that begins at `start`. */
function endOfValue(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length;) {
    const character = line[at];
    if (character === '"') {
      at = endOfString(line, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth <= 0) return depth < 0 ? at : at + 1;
    } else if (character === ',' && depth === 0) return at;
    at += 1;
  }
  return line.length;
}

function unescaped(content: string): string {
  try {
    return JSON.parse(`"${content}"`) as string;
  } catch {
    return content;
  }
}
