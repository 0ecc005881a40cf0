import { startTestServer, type TestServer } from '@blaizejs/testing';

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;
type Route = Parameters<TestServer['server']['router']['addRoute']>[2];

/** Starts a server with routes by their paths. */
export async function serve(
  routes: Readonly<Record<string, Route>>,
  options: Options = {},
): Promise<TestServer> {
  const app = await startTestServer(options);
  for (const [path, route] of Object.entries(routes)) app.server.router.addRoute('GET', path, route);
  return app;
}

/** A logger that keeps its lines. */
export function keepingLogger(): {
  readonly log: NonNullable<Options['logger']>;
  readonly lines: unknown[][];
} {
  const lines: unknown[][] = [];
  const keep =
    (level: string) =>
    (...line: unknown[]): void =>
      void lines.push([level, ...line]);
  const log = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: () => log,
  };
  return { log: log, lines };
}

/** A promise, and what resolves it. */
export function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
}
