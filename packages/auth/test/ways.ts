import { inject, type RequestOptions, startTestServer, type TestServer } from '@blaizejs/testing';

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;
type AnyMiddleware = NonNullable<
  Parameters<TestServer['server']['router']['addRoute']>[2]['middleware']
>[number];

/** The ways on which a request reaches a server. */
export const WAYS = ['HTTP/1.1', 'HTTP/2', 'in process'] as const;
export type Way = (typeof WAYS)[number];

/** A server with one route, `GET /`, that answers with the user. */
export async function serve(
  middleware: readonly AnyMiddleware[],
  options: Options = {},
): Promise<TestServer> {
  const app = await startTestServer(options);
  app.server.router.addRoute('GET', '/', {
    middleware: [...middleware],
    handler: (ctx) => ({ user: (ctx.state as { user?: unknown }).user ?? null }),
  });
  return app;
}

/** Sends a request. */
export function ask(app: TestServer, way: Way, path = '/', options: RequestOptions = {}): Promise<Response> {
  if (way === 'in process') return inject(app.server, path, options);
  return (way === 'HTTP/2' ? app.http2 : app.http1).request(path, options);
}

/** What tests look at. */
export interface Outcome {
  readonly status: number;
  readonly challenge: string | null;
  readonly body: Record<string, unknown>;
}

/** Sends a request with these headers, and reads the answer. */
export async function outcome(
  app: TestServer,
  way: Way,
  headers: Record<string, string> = {},
  path = '/',
): Promise<Outcome> {
  const response = await ask(app, way, path, { headers });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, unknown>,
  };
}
