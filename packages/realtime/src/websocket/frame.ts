const FIN = 0x80;
const RSV1 = 0x40;

/** The opcodes of frames (RFC 6455 section 5.2). */
export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One whole frame from a server, which masks nothing. @param compressed whether the payload is deflated (RFC 7692) */
export function encodeFrame(opcode: number, payload: Uint8Array, compressed = false): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FIN | opcode | (compressed ? RSV1 : 0);
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(payload, head);
  return frame;
}

/** The payload of a close frame (RFC 6455 section 5.5.1). */
export function closePayload(code: number | undefined, reason: string): Uint8Array {
  if (code === undefined) return Buffer.alloc(0);
  const payload = Buffer.allocUnsafe(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}
