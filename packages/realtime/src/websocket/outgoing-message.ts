import { compress } from './deflate.ts';
import { encodeFrame, OPCODES } from './frame.ts';

/** A message to send. It is encoded once, and compressed once, however many connections it goes to. */
export class OutgoingMessage {
  readonly data: string | Uint8Array;
  readonly #payload: Uint8Array;
  readonly #opcode: number;
  #frame: Buffer | undefined;
  #compressed: Buffer | Promise<Buffer> | undefined;

  constructor(data: string | Uint8Array) {
    this.data = data;
    this.#opcode = typeof data === 'string' ? OPCODES.text : OPCODES.binary;
    this.#payload = typeof data === 'string' ? Buffer.from(data) : data;
  }

  /** Bytes of the payload. */
  get size(): number {
    return this.#payload.length;
  }

  /** @param threshold compress from so many bytes on; undefined for connections that do not */
  frame(threshold: number | undefined): Buffer | Promise<Buffer> {
    if (threshold === undefined || this.size < threshold) {
      return (this.#frame ??= encodeFrame(this.#opcode, this.#payload));
    }
    return (this.#compressed ??= this.#compress());
  }

  async #compress(): Promise<Buffer> {
    const frame = encodeFrame(this.#opcode, await compress(this.#payload), true);
    this.#compressed = frame;
    return frame;
  }
}
