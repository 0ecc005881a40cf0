import { metrics, type Metrics, type MetricsOptions } from '@blaizejs/plugins/metrics';
import { startTestServer, type TestServer } from '@blaizejs/testing';

/** What `startTestServer()` takes. */
type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** A server with metrics on a free port, and what reads them. */
export interface Measured {
  readonly app: TestServer;
  readonly url: string;
  /** What a scraper gets. */
  scrape(accept?: string): Promise<string>;
  /** The lines of one metric. */
  lines(name: string): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server with some routes, and measures it. */
export async function measure(options: MetricsOptions = {}, server: Options = {}): Promise<Measured> {
  const plugin = metrics({ listen: { port: 0 }, ...options });
  const app = await startTestServer({ plugins: [plugin], ...server });
  const { router, services } = app.server;
  router.addRoute('GET', '/users/:id', { handler: ({ request }) => request.params.id ?? '' });
  router.addRoute('POST', '/echo', { handler: async ({ request }) => request.text() });
  router.addRoute('GET', '/fails', {
    handler: () => {
      throw new Error('fails');
    },
  });
  const { url = '' } = (services as { metrics: Metrics }).metrics;
  const scrape = async (accept = ''): Promise<string> => (await fetch(url, { headers: { accept } })).text();
  return {
    app,
    url,
    scrape,
    lines: async (name) => (await scrape()).split('\n').filter((line) => line.startsWith(name)),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
