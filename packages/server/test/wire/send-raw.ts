import { once } from 'node:events';
import { connect as connectHttp2, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Reached } from '../transports.ts';

/** A request as it goes over the wire: nothing of it is normalised, encoded or refused. */
export interface RawRequest {
  /** Default: GET. */
  readonly method?: string;
  /** Each character is a byte. */
  readonly target: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly content?: string | Buffer;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Lines of header fields by lower-case name. */
  readonly fields: Readonly<Record<string, readonly string[] | undefined>>;
  readonly content: Buffer;
}

/** Sends one request on a connection of its own, with the protocol of a transport that has a wire. */
export function sendRaw(reached: Reached, request: RawRequest): Promise<RawAnswer> {
  return reached.transport === 'HTTP/2' ? overHttp2(reached, request) : overHttp1(reached, request);
}

/** Opens a connection that speaks HTTP/1.1. */
export async function openHttp1({ transport, app }: Reached): Promise<Socket> {
  const to = { host: 'localhost', port: app.server.port };
  const socket =
    transport === 'HTTP/1.1' ? connectTcp(to) : connectTls({ ...to, ALPNProtocols: ['http/1.1'] });
  await once(socket, transport === 'HTTP/1.1' ? 'connect' : 'secureConnect');
  return socket;
}

function overHttp1(reached: Reached, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', target, fields = {}, content = '' } = request;
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...fields });
  if (content.length > 0) lines.push(['content-length', String(Buffer.byteLength(content))]);
  const head = [`${method} ${target} HTTP/1.1`, ...lines.map((line) => line.join(': ')), '', ''].join('\r\n');
  return sendHttp1(reached, Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(content)]));
}

/** Sends the bytes of a request that is the last of its connection. */
export async function sendHttp1(reached: Reached, bytes: Buffer): Promise<RawAnswer> {
  const socket = await openHttp1(reached);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return parseHttp1(Buffer.concat(chunks));
}

/** Takes one answer apart that ends with its connection. */
function parseHttp1(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const fields: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    (fields[name.toLowerCase()] ??= []).push(value);
  }
  return { status: Number(statusLine.split(' ')[1]), fields, content: bytes.subarray(end + 4) };
}

async function overHttp2({ app }: Reached, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', target, fields = {}, content } = request;
  const session = connectHttp2(app.url);
  try {
    const pseudo = { ':method': method, ':path': target };
    const stream = session.request({ ...pseudo, ...fields }, { endStream: content === undefined });
    if (content !== undefined) stream.end(content);
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader];
    const { ':status': status = 0, ...rest } = headers;
    const chunks = (await stream.toArray()) as Buffer[];
    const lines = Object.entries(rest).map(([name, value]) => [name, [value ?? []].flat()] as const);
    return { status, fields: Object.fromEntries(lines), content: Buffer.concat(chunks) };
  } finally {
    session.destroy();
  }
}
