import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { request } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

/** How a client reaches the server. */
export type Transport = 'HTTP/1.1' | 'HTTP/2';
export const TRANSPORTS = ['HTTP/1.1', 'HTTP/2'] as const;

export interface Frame {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** An answer to a handshake. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

type Headers = Readonly<Record<string, string>>;

/** Encodes one frame as a client does, masked. */
export function frame(
  opcode: number,
  payload: string | Uint8Array = '',
  {
    fin = true,
    rsv = 0,
    masked = true,
    length,
  }: { fin?: boolean; rsv?: number; masked?: boolean; length?: number } = {},
): Buffer {
  const content = Buffer.from(payload);
  const size = length ?? content.length;
  const long = size > 65_535;
  const head = Buffer.alloc(size < 126 ? 2 : long ? 10 : 4);
  head[0] = (fin ? 0x80 : 0) | rsv | opcode;
  head[1] = (masked ? 0x80 : 0) | (size < 126 ? size : long ? 127 : 126);
  if (long) head.writeBigUInt64BE(BigInt(size), 2);
  else if (size > 125) head.writeUInt16BE(size, 2);
  if (!masked) return Buffer.concat([head, content]);
  const mask = randomBytes(4);
  const hidden = Buffer.from(content);
  for (let index = 0; index < content.length; index++) hidden[index]! ^= mask[index % 4]!;
  return Buffer.concat([head, mask, hidden]);
}

export function closeFrame(code?: number, reason = ''): Buffer {
  if (code === undefined) return frame(8);
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(8, Buffer.concat([payload, Buffer.from(reason)]));
}

/** A handshake that was refused. */
export class Refusal extends Error {
  readonly answer: Answer & { readonly body: string };

  constructor(answer: Answer & { readonly body: string }) {
    super(`The handshake was refused with ${answer.status}: ${answer.body}`);
    this.answer = answer;
  }
}

/** A client that speaks frames. */
export class WebSocketClient implements AsyncDisposable {
  readonly stream: Duplex;
  readonly answer: Answer;
  readonly frames: Frame[] = [];
  /** Whether the server has ended its side. */
  hasEnded = false;
  readonly session: ClientHttp2Session | undefined;
  readonly #ownsSession: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  /** What has come after `#bytes`. A large frame is put together once it is complete, and not with each chunk. */
  #more: Buffer[] = [];
  #missing = 0;
  #waiting: (() => void)[] = [];

  constructor(
    stream: Duplex,
    answer: Answer,
    head: Buffer,
    session?: ClientHttp2Session,
    ownsSession = false,
  ) {
    this.stream = stream;
    this.answer = answer;
    this.session = session;
    this.#ownsSession = ownsSession;
    this.#take(head);
    stream
      .on('data', (chunk: Buffer) => {
        this.#take(chunk);
        this.#wake();
      })
      .on('end', () => {
        this.hasEnded = true;
        this.#wake();
      })
      .on('error', () => undefined)
      .on('close', () => this.#wake());
  }

  /** @param session over which to open it; by default, one of its own */
  static async open(
    transport: Transport,
    url: string,
    path: string,
    headers: Headers = {},
    session?: ClientHttp2Session,
  ): Promise<WebSocketClient> {
    return transport === 'HTTP/2' ? openHttp2(url, path, headers, session) : openHttp1(url, path, headers);
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    this.stream.write(Buffer.concat(parts.map((part) => (typeof part === 'string' ? frame(1, part) : part))));
  }

  json(value: unknown): void {
    this.send(JSON.stringify(value));
  }

  /** The next frame that is no ping. */
  async next(): Promise<Frame> {
    for (;;) {
      const found = this.frames.shift();
      if (found && found.opcode !== 9) return found;
      if (found) continue;
      if (this.stream.destroyed || this.hasEnded) throw new Error('The connection has ended');
      await this.#change();
    }
  }

  async text(): Promise<string> {
    return (await this.next()).payload.toString();
  }

  async message(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** The close frame, after which the server has to end its side. */
  async closed(): Promise<{ code: number | undefined; reason: string }> {
    for (;;) {
      const { opcode, payload } = await this.next();
      if (opcode !== 8) continue;
      return {
        code: payload.length > 0 ? payload.readUInt16BE() : undefined,
        reason: payload.subarray(2).toString(),
      };
    }
  }

  /** Waits for the end of the server's side. */
  async ended(): Promise<void> {
    while (!this.hasEnded && !this.stream.destroyed) {
      await this.#change();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.stream.destroyed) {
      const closed = once(this.stream, 'close');
      this.stream.destroy();
      await closed;
    }
    if (this.#ownsSession && this.session && !this.session.destroyed) {
      const closed = once(this.session, 'close');
      this.session.destroy();
      await closed;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #take(chunk: Buffer): void {
    this.#more.push(chunk);
    this.#missing -= chunk.length;
    if (this.#missing > 0) return;
    this.#bytes = Buffer.concat([this.#bytes, ...this.#more]);
    this.#more = [];
    this.#missing = 0;
    for (;;) {
      const bytes = this.#bytes;
      if (bytes.length < 2) return;
      const [first, second] = bytes as unknown as [number, number];
      const short = second & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (bytes.length < head) return;
      const size =
        short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
      this.#missing = Math.max(0, head + size - bytes.length);
      if (this.#missing > 0) return;
      this.frames.push({
        fin: (first & 0x80) !== 0,
        rsv1: (first & 0x40) !== 0,
        opcode: first & 0x0f,
        payload: bytes.subarray(head, head + size),
      });
      this.#bytes = bytes.subarray(head + size);
    }
  }
}

async function openHttp1(origin: string, path: string, headers: Headers): Promise<WebSocketClient> {
  const key = randomBytes(16).toString('base64');
  const secure = origin.startsWith('https:');
  const outgoing = (secure ? requestSecure : request)(new URL(path, origin), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      ...headers,
    },
    agent: false,
  });
  outgoing.end();
  return new Promise((resolve, reject) => {
    outgoing
      .on('error', reject)
      .on('upgrade', ({ headers: got }, socket, head) => {
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        if (got['sec-websocket-accept'] !== accept) reject(new Error('The answer does not fit the key'));
        resolve(new WebSocketClient(socket, { status: 101, headers: got }, head));
      })
      .on('response', (response) => {
        const { statusCode: status = 0, headers: got } = response;
        text(response).then((body) => reject(new Refusal({ status, headers: got, body })), reject);
      });
  });
}

async function openHttp2(
  origin: string,
  path: string,
  headers: Headers,
  given: ClientHttp2Session | undefined,
): Promise<WebSocketClient> {
  const session = given ?? (await sessionTo(origin));
  const { authority = new URL(origin).host, ...others } = headers;
  const stream: ClientHttp2Stream = session.request(
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': new URL(origin).protocol.slice(0, -1),
      ':path': path,
      ':authority': authority,
      'sec-websocket-version': '13',
      ...others,
    },
    { endStream: false },
  );
  const [got] = (await once(stream, 'response')) as [Record<string, string> & { ':status': number }];
  const answer = { status: got[':status'], headers: got };
  if (answer.status === 200) {
    return new WebSocketClient(stream, answer, Buffer.alloc(0), session, given === undefined);
  }
  const body = await text(stream);
  stream.end();
  if (!given) session.close();
  throw new Refusal({ ...answer, body });
}

/** A session that may open WebSockets. */
export async function sessionTo(
  origin: string,
  options: Parameters<typeof connectHttp2>[1] = {},
): Promise<ClientHttp2Session> {
  const session = connectHttp2(origin, options);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  return session;
}
