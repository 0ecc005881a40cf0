import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import { debug, type Debug, type DebugOptions } from '@blaizejs/plugins/debug';
import { startTestServer, type TestServer } from '@blaizejs/testing';

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A server with debugging on a free port. */
export interface Debugged {
  readonly app: TestServer;
  readonly url: string;
  ask(method: string, path: string, headers?: Record<string, string>, signal?: AbortSignal): Promise<Reply>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startDebugging(options: DebugOptions = {}, server: Options = {}): Promise<Debugged> {
  const plugins = [debug({ listen: { port: 0 }, ...options })];
  const app = await startTestServer({ plugins, ...server });
  const { url = '' } = (app.server.services as { debug: Debug }).debug;
  return {
    app,
    url,
    ask: (method, path, headers = {}, signal) => ask(url, method, path, headers, signal),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** Not `fetch()`, which cannot set Host. */
export function ask(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Reply> {
  const place = url.startsWith('unix:')
    ? { socketPath: url.slice('unix:'.length) }
    : { host: new URL(url).hostname, port: new URL(url).port };
  return new Promise((resolve, reject) => {
    request({ ...place, method, path, headers, agent: false, ...(signal && { signal }) })
      .on('response', (response) => {
        void text(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: body }),
          reject,
        );
      })
      .on('error', reject)
      .end();
  });
}
