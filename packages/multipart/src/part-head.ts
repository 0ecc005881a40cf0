import { isUtf8 } from 'node:buffer';

import { UnsupportedMediaTypeError } from '@blaizejs/errors';
import { isToken } from '@blaizejs/errors/internal';

import { readParameters } from './boundary.ts';
import { type Disposition, readDisposition } from './disposition.ts';
import { malformed } from './refusals.ts';

/** What the headers of a part say. */
export interface PartHead extends Disposition {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Type and subtype in lower case, without parameters. */
  readonly type: string;
  readonly charset: string | undefined;
}

// eslint-disable-next-line no-control-regex -- what RFC 9110 section 5.5 forbids in a value
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const ESSENCE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;
const PLAIN = /^(?:7bit|8bit|binary)$/i;

/**
 * Reads the headers of a part (RFC 7578 section 4).
 *
 * @param which `part 3`, for messages
 * @throws 400 `ERR_BLAIZE_MULTIPART_MALFORMED` if they are not valid; UnsupportedMediaTypeError (415) if the content is
 *   encoded
 */
export function readPartHead(bytes: Buffer, which: string): PartHead {
  if (!isUtf8(bytes)) throw malformed(`the headers of ${which} are not valid UTF-8.`);
  const headers = readLines(bytes.toString(), which);
  const disposition = headers['content-disposition'];
  if (disposition === undefined) throw malformed(`${which} has no Content-Disposition.`);
  const encoding = headers['content-transfer-encoding'];
  if (encoding !== undefined && !PLAIN.test(encoding)) {
    throw new UnsupportedMediaTypeError(
      `Content-Transfer-Encoding ${encoding} in ${which} is not supported; send the bytes as they are.`,
    );
  }
  const read = readDisposition(disposition, which);
  const type = headers['content-type'] || undefined;
  const essence = type?.split(';')[0]?.trim().toLowerCase();
  if (essence !== undefined && !ESSENCE.test(essence)) {
    throw malformed(`the Content-Type of ${which} is not a media type.`);
  }
  return {
    ...read,
    headers,
    type: essence ?? (read.originalName === undefined ? 'text/plain' : 'application/octet-stream'),
    charset: type === undefined ? undefined : readParameters(type).get('charset'),
  };
}

function readLines(text: string, which: string): Record<string, string> {
  const headers = Object.create(null) as Record<string, string>;
  // A line that begins with a space continues the one before (RFC 5322 section 2.2.3).
  for (const line of text.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (!isToken(name) || CONTROL.test(value)) throw malformed(`a header of ${which} is not valid.`);
    const before = headers[name];
    if (before !== undefined && name.startsWith('content-')) {
      throw malformed(`${which} has two ${name} headers.`);
    }
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
