import { leftOut } from '@blaizejs/errors/internal';

import { alreadyRead as alreadyReadWhole } from './already-read.ts';
import { assertLength as assertLengthWhole, limited as limitedWhole } from './body-limit.ts';
import { bodyStream as bodyStreamWhole } from './body-stream.ts';
import { codingOf as codingOfWhole, decodeBody as decodeBodyWhole } from './content-coding.ts';
import {
  assertType as assertTypeWhole,
  decodeText as decodeTextWhole,
  parseBody as parseBodyWhole,
  parseForm as parseFormWhole,
  parseJson as parseJsonWhole,
} from './parse-body.ts';
import { readBody as readBodyWhole } from './read-body.ts';
import { readDecoded as readDecodedWhole } from './read-decoded.ts';
import { readJsonLines as readJsonLinesWhole } from './read-lines.ts';

declare const BLAIZE_WITHOUT_BODY: true | undefined;

/** Stands in for all that reads the body of a request. */
export const none = /* @__PURE__ */ leftOut('body, bytes(), text(), json(), formData() or stream()');

export const alreadyRead = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? alreadyReadWhole : none;
export const assertLength = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? assertLengthWhole : none;
export const limited = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? limitedWhole : none;
export const bodyStream = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? bodyStreamWhole : none;
export const codingOf = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? codingOfWhole : none;
export const decodeBody = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? decodeBodyWhole : none;
export const assertType = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? assertTypeWhole : none;
export const decodeText = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? decodeTextWhole : none;
export const parseBody = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? parseBodyWhole : none;
export const parseForm = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? parseFormWhole : none;
export const parseJson = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? parseJsonWhole : none;
export const readBody = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? readBodyWhole : none;
export const readDecoded = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? readDecodedWhole : none;
export const readJsonLines = typeof BLAIZE_WITHOUT_BODY === 'undefined' ? readJsonLinesWhole : none;
