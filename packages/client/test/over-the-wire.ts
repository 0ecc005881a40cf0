import { startTestServer, type TestServer } from '@blaizejs/testing';
import { Agent, fetch as send, type RequestInit as UndiciInit } from 'undici';

import { type Client, type ClientOptions, createClient } from '../src/index.ts';
import * as routes from './routes.ts';

/** A server with the routes of the tests. */
export async function startServer(): Promise<TestServer> {
  const app = await startTestServer();
  const { router } = app.server;
  router.addRoute('GET', '/users/:id', routes.getUser);
  router.addRoute('GET', '/users', routes.listUsers);
  router.addRoute('POST', '/users', routes.addUser);
  router.addRoute('PUT', '/users/:id', routes.replaceUser);
  router.addRoute('DELETE', '/users/:id', routes.removeUser);
  router.addRoute('GET', '/files/*', routes.readFile);
  router.addRoute('GET', '/health', { handler: routes.health });
  return app;
}

/** A client that speaks one protocol, over sockets of its own, which `close` ends. */
export function clientOver<R extends object = routes.Routes>(
  protocol: 'HTTP/1.1' | 'HTTP/2',
  url: string,
  options: ClientOptions = {},
): { readonly api: Client<R>; readonly close: () => Promise<void> } {
  // What the process trusts, so that the certificate of a test server is among it, is only there for Node's own TLS.
  const dispatcher = new Agent({ allowH2: protocol === 'HTTP/2', connect: { rejectUnauthorized: false } });
  const fetch = (request: Request): Promise<Response> => {
    const { method, headers, body, signal, redirect } = request;
    const init = {
      method,
      headers: [...headers],
      body,
      signal,
      redirect,
      dispatcher,
      ...(body && { duplex: 'half' }),
    };
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- undici has a class of its own
    return send(request.url, init as UndiciInit);
  };
  return { api: createClient<R>(url, { fetch, ...options }), close: () => dispatcher.close() };
}
