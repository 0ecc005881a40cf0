import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The ways on which HTTP/1.1 can reach a server. */
export type Http1Transport = 'cleartext' | 'TLS' | 'TLS without ALPN';

export const HTTP1_TRANSPORTS: readonly Http1Transport[] = ['cleartext', 'TLS', 'TLS without ALPN'];

/** One answer, as it came over the wire. */
export interface Http1Answer {
  readonly statusLine: string;
  readonly status: number;
  /** Lines of header fields by lower-case name, in order. */
  readonly fields: Readonly<Record<string, readonly string[] | undefined>>;
  readonly content: string;
}

/** A connection on which bytes are sent as they are given; in texts, each character is a byte. */
export class RawConnection implements AsyncDisposable {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #error: NodeJS.ErrnoException | undefined;
  #onChange: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#onChange();
    });
    socket.on('error', (error) => (this.#error = error));
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#onChange();
      });
    }
  }

  /** @param allowHalfOpen whether the client goes on when the server has ended its side; by default it ends too */
  static async open(port: number, transport: Http1Transport, allowHalfOpen = false): Promise<RawConnection> {
    const to = { host: 'localhost', port, allowHalfOpen };
    const socket =
      transport === 'cleartext'
        ? connectTcp(to)
        : connectTls({ ...to, ...(transport === 'TLS' && { ALPNProtocols: ['http/1.1'] }) });
    const connection = new RawConnection(socket);
    await once(socket, transport === 'cleartext' ? 'connect' : 'secureConnect');
    return connection;
  }

  /** Sends texts in one piece. */
  send(...texts: readonly string[]): this {
    this.socket.write(texts.join(''), 'latin1');
    return this;
  }

  /** What came, and was not asked for yet. */
  get received(): string {
    return this.#received;
  }

  /**
   * The next answer, those with 1xx included.
   *
   * @param method that of the request: an answer to HEAD has no content, whatever it announces
   * @throws Error where the connection ends first
   */
  async answer(method = 'GET'): Promise<Http1Answer> {
    for (;;) {
      const parsed = parseAnswer(this.#received, method, this.#ended);
      if (parsed) {
        this.#received = this.#received.slice(parsed.length);
        return parsed.answer;
      }
      if (this.#ended) throw new Error(`The connection ended behind ${JSON.stringify(this.#received)}.`);
      await this.#change();
    }
  }

  /** Waits for a text among what has come and was not asked for; gives all of that, and takes it off. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      if (this.#ended) throw new Error(`The connection ended behind ${JSON.stringify(this.#received)}.`);
      await this.#change();
    }
    const received = this.#received;
    this.#received = '';
    return received;
  }

  /** Waits for the server to end the connection; gives what came until then and was no asked-for answer. */
  async ended(): Promise<string> {
    while (!this.#ended) await this.#change();
    if (this.#error) throw this.#error;
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }
}

/** Takes the first answer off a text, `undefined` where it is not there as a whole. */
function parseAnswer(
  text: string,
  method: string,
  ended: boolean,
): { answer: Http1Answer; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const fields: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:\s]+): *(.*?) *$/.exec(line) ?? [];
    (fields[name.toLowerCase()] ??= []).push(value);
  }
  const status = Number(statusLine.split(' ')[1]);
  const rest = text.slice(end + 4);
  const empty = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const content = empty ? { text: '', length: 0 } : parseContent(rest, fields, ended);
  if (!content) return undefined;
  return {
    answer: { statusLine, status, fields, content: content.text },
    length: end + 4 + content.length,
  };
}

function parseContent(
  rest: string,
  fields: Readonly<Record<string, readonly string[] | undefined>>,
  ended: boolean,
): { text: string; length: number } | undefined {
  if (fields['transfer-encoding']) return parseChunks(rest);
  const length = fields['content-length']?.[0];
  if (length === undefined) return ended ? { text: rest, length: rest.length } : undefined;
  return rest.length < Number(length)
    ? undefined
    : { text: rest.slice(0, Number(length)), length: Number(length) };
}

function parseChunks(rest: string): { text: string; length: number } | undefined {
  let text = '';
  let at = 0;
  for (;;) {
    const [line, size = ''] = /^([0-9a-f]+)\r\n/.exec(rest.slice(at)) ?? [];
    if (line === undefined) return undefined;
    const start = at + line.length;
    at = start + Number.parseInt(size, 16) + 2;
    if (rest.length < at) return undefined;
    if (Number.parseInt(size, 16) === 0) return { text, length: at };
    text += rest.slice(start, at - 2);
  }
}
