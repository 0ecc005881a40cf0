import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';

/** What clients got while they asked. */
export interface Load {
  requests: number;
  /** HTTP/2 requests that were refused unprocessed, and asked again. */
  refused: number;
  readonly failures: string[];
  readonly versions: Set<string>;
  readonly pids: Set<number>;
  /** Lets the clients finish. */
  stop(): Promise<void>;
}

/** Clients of three kinds that ask again and again: HTTP/1.1 with keep-alive, HTTP/2 sessions, and new handshakes. */
export function startLoad(port: number, each = 3, until?: 'until refused'): Load {
  let isOver = false;
  const load: Load = {
    requests: 0,
    refused: 0,
    failures: [],
    versions: new Set(),
    pids: new Set(),
    stop: async () => {
      isOver = true;
      await Promise.all(clients);
      agent.destroy();
    },
  };
  const agent = new Agent({ keepAlive: true, maxSockets: each });
  const repeat = async (kind: string, ask: () => Promise<string>): Promise<void> => {
    while (!isOver) {
      load.requests += 1;
      try {
        const { version, pid } = JSON.parse(await ask()) as { version: string; pid: number };
        load.versions.add(version);
        load.pids.add(pid);
      } catch (error) {
        if (until && isUnaccepted(error as NodeJS.ErrnoException)) return;
        load.failures.push(`${kind}: ${describe(error as Error)}`);
        if (load.failures.length > 1000) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const clients: Promise<void>[] = [];
  for (let index = 0; index < each; index++) {
    clients.push(repeat('HTTP/1.1', () => get1(port, agent)));
    clients.push(repeat('handshake', () => get1(port, undefined)));
    let session: ClientHttp2Session | undefined;
    const renew = async (): Promise<ClientHttp2Session> => {
      const fresh = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      fresh.on('error', () => undefined);
      const forget = (): void => {
        if (session === fresh) session = undefined;
      };
      fresh.on('goaway', forget).on('close', forget);
      await once(fresh, 'connect');
      return (session = fresh);
    };
    clients.push(
      repeat('HTTP/2', async () => {
        const used = session ?? (await renew());
        try {
          return await get2(used);
        } catch (error) {
          // Not processed, so any client may ask again (RFC 9113 section 8.7).
          if (!(error as Error).message.includes('NGHTTP2_REFUSED_STREAM')) throw error;
          load.refused += 1;
          if (session === used) session = undefined;
          return get2(await renew());
        }
      }).then(() => session?.close()),
    );
  }
  return load;
}

function get1(port: number, agent: Agent | undefined, at = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, host: '127.0.0.1', path: at, agent: agent ?? false, rejectUnauthorized: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve(text)).on('error', fail('in the answer'));
      },
    );
    const begun = performance.now();
    let connected = 0;
    asked.on('socket', (socket) => {
      if (!asked.reusedSocket) socket.once('secureConnect', () => (connected = performance.now()));
    });
    const fail = (when: string) => (error: Error) => {
      const age = connected ? `connected after ${Math.round(connected - begun)} ms` : 'not connected';
      error.message += ` (${when}, ${asked.reusedSocket ? 'kept connection' : `new connection, ${age}`}, failed after ${Math.round(performance.now() - begun)} ms)`;
      reject(error);
    };
    asked.on('error', fail('before the answer')).end();
  });
}

function get2(session: ClientHttp2Session): Promise<string> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const stream = session.request({ ':path': '/' });
    let text = '';
    let status: number | undefined;
    stream.on('response', (headers) => (status = headers[':status']));
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    stream.on('error', reject).on('close', () => {
      const how = `stream ${stream.id}, status ${status}, RST_STREAM ${stream.rstCode}, after ${Math.round(performance.now() - begun)} ms, session ${session.destroyed ? 'destroyed' : session.closed ? 'closed' : 'open'}`;
      if (text) resolve(text);
      else reject(new Error(`no answer (${how})`));
    });
    stream.end();
  });
}

/** Nobody listens any more; or nobody had accepted the connection when the last one stopped to listen. */
function isUnaccepted({ code, message }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNREFUSED' || (code === 'ECONNRESET' && message.includes('not connected'));
}

function describe(error: Error): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return `${code ?? 'no code'} ${syscall ?? ''} ${error.message}`;
}

/** Asks once, on a new connection. */
export async function ask(port: number, at = '/'): Promise<{ version: string; pid: number }> {
  return JSON.parse(await get1(port, undefined, at)) as { version: string; pid: number };
}

/** A TLS connection, and the session that the server gave it. */
export async function handshake(
  port: number,
  session?: Buffer,
): Promise<{ reused: boolean; session: Buffer; pid: number }> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...(session && { session }) });
  const given = session ? Promise.resolve(session) : once(socket, 'session').then(([made]) => made as Buffer);
  await once(socket, 'secureConnect');
  const reused = socket.isSessionReused();
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const { pid } = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as { pid: number };
  return { reused, session: await given, pid };
}
