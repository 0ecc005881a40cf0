import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** What runtimes call for each request. */
type Answer = (request: Request, peer: string | undefined) => Promise<Response>;

/**
 * A stand-in for the server of Deno and Bun, with real sockets. `pnpm check:runtimes` runs the runtimes themselves.
 */
export async function listen(answer: Answer, port: number, hostname: string) {
  const server = createServer((incoming, outgoing) => void respond(answer, incoming, outgoing));
  server.listen(port, hostname);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      if (server.listening) await once(server, 'close');
      else await new Promise<void>((resolve) => void server.once('close', resolve));
    },
    cut: () => server.closeAllConnections(),
  };
}

async function respond(answer: Answer, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const headers = incoming.headers as Record<string, string>;
  const response = await answer(new Request(url, { headers }), incoming.socket.remoteAddress);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body)
    Readable.fromWeb(response.body as never)
      .on('error', () => outgoing.destroy())
      .pipe(outgoing);
  else outgoing.end();
}
