import { inject, type RequestOptions, startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe } from 'vitest';

/** How a request reaches an application. */
export type Way = (typeof WAYS)[number];

export const WAYS = ['HTTP/1.1', 'HTTP/2', 'in process'] as const;

/** A server, and one way to reach it. */
export interface Reached {
  readonly way: Way;
  readonly app: TestServer;
  request(path: string, options?: RequestOptions): Promise<Response>;
}

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** Runs the same tests over both protocols and in process, each against a server of its own. */
export function onEveryWay(
  name: string,
  options: () => Options,
  arrange: (router: TestServer['server']['router']) => void,
  tests: (reach: () => Reached) => void,
): void {
  describe.each(WAYS)(`${name}, %s`, (way) => {
    let app: TestServer;
    beforeAll(async () => {
      app = await startTestServer(options());
      arrange(app.server.router);
    });
    afterAll(() => app.close());
    tests(() => ({ way, app, request: (path, options) => ask(app, way, path, options) }));
  });
}

/** Sends a request. */
export function ask(app: TestServer, way: Way, path = '/', options?: RequestOptions): Promise<Response> {
  if (way === 'in process') return inject(app.server, new URL(path, app.url), options);
  return (way === 'HTTP/2' ? app.http2 : app.http1).request(path, options);
}
