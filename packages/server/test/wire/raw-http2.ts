import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';

import { encodeFields, type Field, statusOf } from './hpack.ts';

/** What begins an HTTP/2 connection (RFC 9113 section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PUSH_PROMISE = 5;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITISED = 32;

export const HEADER_TABLE_SIZE = 1;
export const ENABLE_PUSH = 2;
export const MAX_CONCURRENT_STREAMS = 3;
export const INITIAL_WINDOW_SIZE = 4;
export const MAX_FRAME_SIZE = 5;
export const MAX_HEADER_LIST_SIZE = 6;

/** The names of error codes (RFC 9113 section 7), each at its number. */
const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
];

/** A frame as it goes over the wire (RFC 9113 section 4.1). */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A server, or what stands for one. */
export interface Reachable {
  /** Reached in cleartext if its URL says so. */
  readonly server: { readonly port: number; readonly url?: string };
}

/** How a stream ended, or its connection with it. */
export interface Outcome {
  /** Of the answer; undefined where none came. */
  readonly status: number | undefined;
  readonly content: string;
  /** `complete`, or the error code of `RST_STREAM …` or `GOAWAY …`, or `closed`. */
  readonly end: string;
}

const NO_PAYLOAD = Buffer.alloc(0);

export function frame(type: number, flags: number, stream: number, payload: Buffer = NO_PAYLOAD): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function headers(stream: number, fields: readonly Field[], flags = END_HEADERS | END_STREAM): Buffer {
  return frame(HEADERS, flags, stream, encodeFields(fields));
}

export function data(stream: number, content: string | Buffer, flags = 0): Buffer {
  return frame(DATA, flags, stream, Buffer.from(content));
}

export function reset(stream: number, code: number): Buffer {
  return frame(RST_STREAM, 0, stream, uint32(code));
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(WINDOW_UPDATE, 0, stream, uint32(increment));
}

export function settings(...entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * 6);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(SETTINGS, 0, 0, payload);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The fields of a request that is in order. */
export function request(path: string, method = 'GET', ...more: readonly Field[]): Field[] {
  const pseudo: Field[] = [
    [':method', method],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', path],
  ];
  return [...pseudo, ...more];
}

/** An HTTP/2 client that sends whatever it is given, and keeps every frame that comes. */
export class RawHttp2 {
  readonly frames: Frame[] = [];
  readonly socket: Socket;
  closed = false;
  #buffer: Buffer = NO_PAYLOAD;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    // A server that has enough of a client may cut it, which is for the tests to see.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#tell();
    });
  }

  /** Connects, and sends nothing. */
  static async connect({ server }: Reachable): Promise<RawHttp2> {
    const isCleartext = server.url?.startsWith('http:') === true;
    const place = { port: server.port, host: 'localhost' };
    const socket = isCleartext ? connectTcp(place) : connect({ ...place, ALPNProtocols: ['h2'] });
    await once(socket, isCleartext ? 'connect' : 'secureConnect');
    return new RawHttp2(socket);
  }

  /**
   * Connects and says hello. It takes no entries into its header table, so that header blocks can be read one by one.
   */
  static async open(app: Reachable, ...entries: readonly (readonly [number, number])[]): Promise<RawHttp2> {
    const client = await RawHttp2.connect(app);
    client.send(PREFACE, settings([HEADER_TABLE_SIZE, 0], ...entries));
    await client.find(({ type, flags }) => type === SETTINGS && flags === ACK);
    client.send(frame(SETTINGS, ACK, 0));
    return client;
  }

  send(...frames: readonly Buffer[]): boolean {
    return this.socket.write(Buffer.concat(frames));
  }

  /** The first frame that is of the wanted kind, waiting for it; undefined where the connection ends before. */
  async find(wanted: (frame: Frame) => boolean): Promise<Frame | undefined> {
    await this.until(() => this.frames.some(wanted));
    return this.frames.find(wanted);
  }

  /** Waits until something is so, looking again at each frame, or the connection has ended. */
  async until(isSo: () => boolean): Promise<void> {
    while (!this.closed && !isSo()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Waits for the end of a stream. */
  async outcome(stream: number): Promise<Outcome> {
    const isEnd = (one: Frame): boolean =>
      (one.stream === stream &&
        (one.type === RST_STREAM || (one.type <= HEADERS && (one.flags & END_STREAM) > 0))) ||
      (one.type === GOAWAY && errorOf(one) !== 'NO_ERROR');
    const last = await this.find(isEnd);
    return {
      status: this.heads(stream).find((status) => status >= 200),
      content: this.content(stream).toString(),
      end: endOf(last),
    };
  }

  /** The status of each head that has come on a stream. */
  heads(stream: number): number[] {
    const frames = this.frames.filter((one) => one.stream === stream && one.type === HEADERS);
    return frames.map(({ payload }) => statusOf(payload));
  }

  /** The content that has come on a stream. */
  content(stream: number): Buffer {
    const frames = this.frames.filter((one) => one.stream === stream && one.type === DATA);
    return Buffer.concat(frames.map(({ payload }) => payload));
  }

  /** Waits for the connection to end; gives the error codes of the GOAWAYs that came before. */
  async end(): Promise<string[]> {
    await this.until(() => false);
    return this.goaways();
  }

  goaways(): string[] {
    return this.frames.filter(({ type }) => type === GOAWAY).map(errorOf);
  }

  /** Resolves when the server has answered all that was sent before. */
  async roundTrip(): Promise<void> {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(this.frames.length);
    this.send(frame(PING, 0, 0, payload));
    await this.find(
      ({ type, flags, payload: echo }) => type === PING && flags === ACK && echo.equals(payload),
    );
  }

  destroy(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 9) {
      const end = 9 + this.#buffer.readUIntBE(0, 3);
      if (this.#buffer.length < end) break;
      this.frames.push({
        type: this.#buffer.readUInt8(3),
        flags: this.#buffer.readUInt8(4),
        stream: this.#buffer.readUInt32BE(5),
        payload: this.#buffer.subarray(9, end),
      });
      this.#buffer = this.#buffer.subarray(end);
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function endOf(last: Frame | undefined): string {
  if (!last) return 'closed';
  if (last.type === GOAWAY) return `GOAWAY ${errorOf(last)}`;
  return last.type === RST_STREAM ? `RST_STREAM ${errorOf(last)}` : 'complete';
}

/** The error code of an RST_STREAM or a GOAWAY. */
export function errorOf({ type, payload }: Frame): string {
  const code = payload.readUInt32BE(type === GOAWAY ? 4 : 0);
  return ERRORS[code] ?? String(code);
}
