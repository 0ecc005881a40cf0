import { isUtf8 } from 'node:buffer';

import { assertUtf8 } from './boundary.ts';
import type { ParsedPart } from './part-parser.ts';
import { describe, malformed } from './refusals.ts';

/** Decodes the value of a field. @throws 415 for a charset other than UTF-8; 400 for bytes that are not UTF-8 */
export function decodeValue(part: ParsedPart, bytes: Buffer): string {
  assertUtf8(part.charset, ` in ${describe(part)}`);
  if (!isUtf8(bytes)) throw malformed(`${describe(part)} is not valid UTF-8.`);
  return bytes.toString();
}
