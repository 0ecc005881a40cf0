/** How a connection has ended. */
export interface WebSocketClose {
  /**
   * The code of the first close frame, whoever sent it; 1005 if that has none, and 1006 if the connection was lost without one
   * (RFC 6455 section 7.4.1).
   */
  readonly code: number;
  /** The reason in that close frame; may be empty. Written by whoever sent it. */
  readonly reason: string;
  /** Whether both sides have sent a close frame. */
  readonly wasClean: boolean;
}

/** Codes that this package closes connections with (RFC 6455 section 7.4.1). */
export const CLOSE = {
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  noStatus: 1005,
  lost: 1006,
  invalidData: 1007,
  policy: 1008,
  tooBig: 1009,
  failed: 1011,
} as const;

const MAX_REASON = 123;

/**
 * Checks what an application closes a connection with.
 *
 * @throws RangeError for a code that close frames cannot have, and for a reason of more than 123 bytes
 */
export function assertClose(code: number, reason: string): void {
  const isRegistered = code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
  if (!Number.isInteger(code) || !(isRegistered || (code >= 3000 && code <= 4999))) {
    throw new RangeError(
      `close() takes 1000, another code of RFC 6455 that may be sent, or one from 3000 to 4999, not ${String(code)}.`,
    );
  }
  const bytes = Buffer.byteLength(reason);
  if (bytes > MAX_REASON) {
    throw new RangeError(`close() takes a reason of up to ${MAX_REASON} bytes, not ${bytes}.`);
  }
}

/** Shortens a reason to what fits into a close frame. */
export function fitReason(reason: string): string {
  let fitting = reason.slice(0, MAX_REASON).toWellFormed();
  while (Buffer.byteLength(fitting) > MAX_REASON) fitting = fitting.slice(0, -1).toWellFormed();
  return fitting;
}

/** The code for what a receiver has refused, by the error codes that `ws` documents. */
export function codeForError({ code }: NodeJS.ErrnoException): number {
  switch (code) {
    case 'WS_ERR_INVALID_UTF8':
      return CLOSE.invalidData;
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return CLOSE.tooBig;
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return CLOSE.policy;
    default:
      return code?.startsWith('WS_ERR_') ? CLOSE.protocolError : CLOSE.invalidData;
  }
}
