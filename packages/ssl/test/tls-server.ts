import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type Server, type TlsOptions } from 'node:tls';

import { onTestFinished } from 'vitest';

import { isClientAuthorized, type TlsContexts } from '../src/index.ts';

/** The facts about a client that the server saw. */
export interface Seen {
  authorized: boolean;
  /** `socket.authorized`, which is not always right. */
  socketAuthorized: boolean;
  error: string | null;
  subject: string | null;
  reused: boolean;
}

/** The answer that a client got, or the code of its error. */
export interface Outcome {
  seen: Seen | undefined;
  error: string | undefined;
  /** The SHA-256 of the server's certificate. */
  fingerprint: string | undefined;
  protocol: string | null;
  cipher: string | undefined;
  session: Buffer | undefined;
}

export interface Running {
  server: Server;
  port: number;
  /** Connects, and reads the answer until the server ends. Trusts any server. */
  ask(options?: ConnectionOptions): Promise<Outcome>;
}

/** Starts a server that answers each client with what it sees of it. Calls `current` in each SNI callback. */
export async function startTlsServer(
  current: TlsContexts | (() => TlsContexts),
  options: TlsOptions = {},
): Promise<Running> {
  const contexts = typeof current === 'function' ? current : () => current;
  const server = createServer({
    ...contexts().options,
    SNICallback: (name, done) => {
      done(null, contexts().find(name));
    },
    ...options,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    const seen: Seen = {
      authorized: isClientAuthorized(socket),
      socketAuthorized: socket.authorized,
      error: (socket.authorizationError as unknown as string | undefined) ?? null,
      subject: socket.getPeerX509Certificate()?.subject ?? null,
      reused: socket.isSessionReused(),
    };
    socket.end(JSON.stringify(seen));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { server, port, ask: (asked) => ask(port, asked) };
}

async function ask(port: number, options: ConnectionOptions = {}): Promise<Outcome> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
    ...options,
  });
  const outcome: Outcome = {
    seen: undefined,
    error: undefined,
    fingerprint: undefined,
    protocol: null,
    cipher: undefined,
    session: undefined,
  };
  let text = '';
  socket.on('session', (session) => (outcome.session = session));
  socket.on('error', (error: NodeJS.ErrnoException) => (outcome.error = error.code));
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('secureConnect', () => {
    outcome.protocol = socket.getProtocol();
    outcome.cipher = socket.getCipher().name;
    outcome.fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  if (text !== '') outcome.seen = JSON.parse(text) as Seen;
  return outcome;
}
