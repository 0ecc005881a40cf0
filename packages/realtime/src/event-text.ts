import { BlaizeError } from '@blaizejs/errors';

/** The fields of a server-sent event. */
export interface EventFields {
  /** Its name. Default: none, which is `message` to clients. */
  readonly event?: string | undefined;
  /** Sent as it is, on as many lines as it has; undefined for none, and the event then only sets the id. */
  readonly data?: string | undefined;
  /**
   * What a client sends as `Last-Event-ID` when it connects again after this event. At most 4,096 bytes of UTF-8, as servers and
   * proxies limit headers; without spaces around it, which headers lose, and without control characters.
   */
  readonly id?: string | undefined;
  /** Milliseconds that clients wait before they connect again. */
  readonly retry?: number | undefined;
}

const MAX_ID = 4_096;

const BREAK = /[\r\n\0]/;

// eslint-disable-next-line no-control-regex -- no header may have them (RFC 9110 section 5.5)
const UNSENDABLE = /[\0-\x08\x0a-\x1f\x7f]|\p{Surrogate}/u;

/**
 * The text of a server-sent event (HTML standard, section 9.2.6). Nothing in it can become another field or event: `data` is
 * split at CR, LF and CRLF.
 *
 * @throws BlaizeError `ERR_BLAIZE_EVENT` if the id or the name has a line break or NUL, if a client could not send the id back, or if
 *   `retry` is not a whole number
 */
export function formatEvent({ event, data, id, retry }: EventFields): string {
  let text = '';
  if (retry !== undefined) text += `retry: ${wholeNumber(retry)}\n`;
  if (id !== undefined) text += `id: ${checkedId(id)}\n`;
  if (event !== undefined) text += `event: ${oneLine('name', event)}\n`;
  if (data !== undefined) text += `data: ${data.replaceAll(/\r\n?|\n/g, '\ndata: ')}\n`;
  return `${text}\n`;
}

/** Whether events can be called so. */
export function isEventName(name: string): boolean {
  return name !== '' && !BREAK.test(name);
}

function checkedId(id: string): string {
  oneLine('id', id);
  const bytes = Buffer.byteLength(id);
  if (bytes > MAX_ID) {
    throw new BlaizeError(
      'ERR_BLAIZE_EVENT',
      `The id of an event may have ${MAX_ID} bytes, since clients send it back in a header; it has ${bytes}.`,
    );
  }
  if (id.trim() !== id || UNSENDABLE.test(id)) {
    throw new BlaizeError(
      'ERR_BLAIZE_EVENT',
      'The id of an event must not begin or end with white space or have control characters or half of a surrogate pair, since ' +
        `clients could not send it back; it is ${JSON.stringify(id)}.`,
    );
  }
  return id;
}

function oneLine(what: string, value: string): string {
  if (typeof value !== 'string' || BREAK.test(value)) {
    throw new BlaizeError(
      'ERR_BLAIZE_EVENT',
      `The ${what} of an event must be a text without line breaks or NUL; it is ${JSON.stringify(value)}.`,
    );
  }
  return value;
}

function wholeNumber(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new BlaizeError(
    'ERR_BLAIZE_EVENT',
    `The retry of an event must be a whole number of milliseconds; it is ${String(value)}.`,
  );
}
