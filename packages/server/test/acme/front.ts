import { once } from 'node:events';
import { type IncomingMessage, request as cleartextRequest, type ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { onTestFinished } from 'vitest';

/** What the front does instead of passing a request on. Returns false to pass it on. */
export type Instead = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Stands before the ACME server: it counts, and does what the real one can't be made to do. */
export interface Front {
  readonly port: number;
  /** Each request that arrived: `POST /order-plz`. */
  readonly seen: string[];
  /** The number of orders that were made. */
  orders: number;
  /** The ids of the certificates that these orders replace (RFC 9773 section 5); undefined if an order has none. */
  readonly replaced: (string | undefined)[];
  /** Requests wait for it. */
  hold: Promise<unknown> | undefined;
  instead: Instead | undefined;
  /** Where the directory says that renewal information is (RFC 9773); the answer for a certificate's id. */
  renewalInfo: ((id: string) => { body: unknown; retryAfter?: string }) | undefined;
  fetch(url: string): Promise<string>;
}

/** @param port of the ACME server on this machine */
export async function startFront({
  key,
  cert,
  port,
}: {
  key: string;
  cert: string;
  port: number;
}): Promise<Front> {
  const front = {
    port: 0,
    seen: [] as string[],
    instead: undefined as Instead | undefined,
    renewalInfo: undefined as Front['renewalInfo'],
    orders: 0,
    replaced: [] as (string | undefined)[],
    hold: undefined as Promise<unknown> | undefined,
    fetch: async (url: string) => {
      const sent = request(url, { ca: cert, agent: false }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return text(response);
    },
  };
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    await front.hold;
    const { method = '', url = '' } = incoming;
    front.seen.push(`${method} ${url}`);
    if (front.instead?.(incoming, response)) return void incoming.resume();
    const info = /^\/renewal-info\/(.*)/.exec(url)?.[1];
    if (info !== undefined && front.renewalInfo) {
      const { body, retryAfter } = front.renewalInfo(info);
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      return void response.end(JSON.stringify(body));
    }
    const { headers } = incoming;
    const sent = url === '/order-plz' ? text(incoming) : undefined;
    const options = { port, host: '127.0.0.1', method, path: url, headers, ca: cert, agent: false };
    const passed = request(options, (answer) => {
      // A request whose nonce was rejected made none.
      if (sent && answer.statusCode === 201) {
        front.orders += 1;
        void sent.then((body) => front.replaced.push(replacedBy(body)));
      }
      if (url !== '/dir' || !front.renewalInfo) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        return void answer.pipe(response);
      }
      void text(answer).then((body) => {
        const renewalInfo = `https://127.0.0.1:${front.port}/renewal-info`;
        response.end(JSON.stringify({ ...(JSON.parse(body) as object), renewalInfo }));
      });
    });
    passed.on('error', () => response.destroy());
    if (sent) passed.end(await sent);
    else incoming.pipe(passed);
  };
  const server = createServer({ key, cert }, (incoming, response) => {
    pass(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  front.port = (server.address() as AddressInfo).port;
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return front;
}

/** What the signed request for an order has as `replaces`. */
function replacedBy(jws: string): string | undefined {
  const { payload } = JSON.parse(jws) as { payload: string };
  const order = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { replaces?: string };
  return order.replaces;
}

/** GETs a URL in cleartext. */
export async function getCleartext(port: number, path: string): Promise<{ status: number; body: string }> {
  const sent = cleartextRequest({ host: '127.0.0.1', port, path, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}
