import { UnsupportedMediaTypeError } from '@blaizejs/errors';

import { malformed } from './refusals.ts';

const TYPE = /^\s*multipart\/form-data\s*(?:;|$)/i;
const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*/y;

// RFC 2046 section 5.1.1: 1 to 70 of these characters, and no space at the end.
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;

/**
 * Reads the boundary from a `Content-Type` (RFC 2046 section 5.1.1).
 *
 * @throws UnsupportedMediaTypeError for another type or charset; 400 `ERR_BLAIZE_MULTIPART_MALFORMED` without a valid
 *   boundary
 */
export function boundaryOf(contentType: string | null | undefined): string {
  if (!contentType || !TYPE.test(contentType)) {
    throw new UnsupportedMediaTypeError(
      `Content-Type ${contentType?.split(';')[0] || 'none'} is not supported here; send multipart/form-data.`,
      { headers: { accept: 'multipart/form-data' } },
    );
  }
  const parameters = readParameters(contentType);
  assertUtf8(parameters.get('charset'));
  const boundary = parameters.get('boundary');
  if (boundary === undefined) throw malformed('its Content-Type has no boundary.');
  if (!BOUNDARY.test(boundary)) throw malformed('the boundary in its Content-Type is not valid.');
  return boundary;
}

/** @throws UnsupportedMediaTypeError for a charset other than UTF-8 and ASCII */
export function assertUtf8(charset: string | undefined, where = ''): void {
  if (charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset)) return;
  throw new UnsupportedMediaTypeError(`Charset ${charset}${where} is not supported; send UTF-8.`);
}

/** The parameters of a media type, by their names in lower case. @throws 400 if they can't be read, or if one comes twice */
export function readParameters(mediaType: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = mediaType.indexOf(';');
  // A semicolon at the end starts no parameter.
  const end = mediaType.trimEnd().replace(/;$/, '').trimEnd().length;
  while (at !== -1 && at < end) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(mediaType);
    if (!match) throw malformed('the parameters of a Content-Type cannot be read.');
    const name = (match[1] ?? '').toLowerCase();
    if (found.has(name)) throw malformed(`a Content-Type has the parameter ${name} twice.`);
    found.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
    at = PARAMETER.lastIndex;
  }
  return found;
}
