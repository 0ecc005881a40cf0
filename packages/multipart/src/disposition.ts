import { assertUtf8 } from './boundary.ts';
import { malformed } from './refusals.ts';

/** What the `Content-Disposition` of a part says. */
export interface Disposition {
  readonly name: string;
  /** The file name as the client sent it; undefined for a field. It may be a path, or empty. */
  readonly originalName: string | undefined;
}

const TYPE = /^form-data(?=\s*(?:;|$))/i;
const TOKEN = String.raw`\s*;\s*([\w!#$%&'*+.^\x60|~-]+)\s*=\s*`;
const BARE = String.raw`([^\s;"\\]+)`;
// `\"` is a quote, as curl and mail programs write it; any other backslash is itself.
const ESCAPED = new RegExp(String.raw`${TOKEN}(?:"((?:[^"\\]|\\"|\\(?!"))*)"|${BARE})`, 'y');
// A quote always ends the value, as in browsers, which write `%22` and leave backslashes as they are.
const LITERAL = new RegExp(`${TOKEN}(?:"([^"]*)"|${BARE})`, 'y');
const EXTENDED = /^([\w!#$%&+^`{}~-]+)'[\w-]*'((?:[\w!#$&+.^`|~-]|%[0-9a-f]{2})*)$/i;

/**
 * Reads a `Content-Disposition` (RFC 7578 section 4.2), written in either way: by the rules of RFC 2183, with `\"`, or as
 * browsers write it, with `%22` and literal backslashes. Only one of the two can be read if a name has a quote, since an
 * even number of quotes remains.
 *
 * `filename*` is forbidden by RFC 7578, but .NET sends it next to a `filename` that it has encoded in its own way. It is
 * read by RFC 8187, in UTF-8 only, and takes precedence.
 *
 * @param which `part 3`, for messages
 * @throws 400 `ERR_BLAIZE_MULTIPART_MALFORMED`
 */
export function readDisposition(value: string, which: string): Disposition {
  const type = TYPE.exec(value);
  if (!type) throw malformed(`the Content-Disposition of ${which} is not form-data.`);
  const rest = value.slice(type[0].length);
  const found = readAll(rest, ESCAPED, (quoted) => quoted.replaceAll('\\"', '"')) ?? readAll(rest, LITERAL);
  if (!found) throw malformed(`the Content-Disposition of ${which} cannot be read.`);
  const name = found.get('name');
  if (name === undefined) throw malformed(`${which} has no name.`);
  const extended = found.get('filename*');
  const filename = found.get('filename');
  return {
    name: decode(name),
    originalName: extended === undefined ? filename && decode(filename) : decodeExtended(extended, which),
  };
}

/** The parameters; undefined if they can't be read in this way, or if one comes twice. */
function readAll(
  text: string,
  parameter: RegExp,
  unescape = (quoted: string): string => quoted,
): Map<string, string> | undefined {
  const found = new Map<string, string>();
  // A regular expression would take quadratic time for many spaces.
  const end = text.trimEnd().replace(/;$/, '').trimEnd().length;
  let at = 0;
  while (at < end) {
    parameter.lastIndex = at;
    const match = parameter.exec(text);
    const name = match?.[1]?.toLowerCase();
    if (!match || name === undefined || found.has(name)) return undefined;
    found.set(name, match[2] === undefined ? (match[3] ?? '') : unescape(match[2]));
    at = parameter.lastIndex;
  }
  return found;
}

/** Decodes what browsers encode in a name: quotes and line breaks (HTML, "multipart/form-data encoding algorithm"). */
function decode(name: string): string {
  return name.replace(/%(22|0D|0A)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decodeExtended(value: string, which: string): string {
  const [, charset, encoded = ''] = EXTENDED.exec(value) ?? [];
  if (charset === undefined) throw malformed(`the filename* of ${which} is not valid (RFC 8187).`);
  assertUtf8(charset, ` in ${which}`);
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw malformed(`the filename* of ${which} is not valid UTF-8.`, { cause });
  }
}
