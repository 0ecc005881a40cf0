import { startTestServer, type TestServer } from '@blaizejs/testing';

import { ask, type Way } from '../../../tooling/test/ways.ts';

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;
type AnyMiddleware = NonNullable<
  Parameters<TestServer['server']['router']['addRoute']>[2]['middleware']
>[number];

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
