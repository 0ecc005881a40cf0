import { context, propagation, trace } from '@opentelemetry/api';
import { tracing, type TracingOptions } from '@blaizejs/plugins/tracing';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** What `startTestServer()` takes. */
type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** A server that is traced. */
export interface TracedServer {
  readonly app: TestServer;
  readonly exporter: InMemorySpanExporter;
  /** The spans of requests so far, oldest first. */
  spans(): ReadableSpan[];
  /** Waits for so many spans. */
  until(count: number): Promise<ReadableSpan[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Registers the SDK, with its context manager and propagators, until it is disposed of. */
export function registerSdk(): { readonly exporter: InMemorySpanExporter } & Disposable {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  return {
    exporter,
    [Symbol.dispose]() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** Starts a server with some routes, and traces it with OpenTelemetry's own SDK. */
export async function startTraced(
  options: TracingOptions = {},
  { plugins = [], ...server }: Options = {},
): Promise<TracedServer> {
  const sdk = registerSdk();
  const { exporter } = sdk;
  const app = await startTestServer({ ...server, plugins: [tracing(options), ...plugins] });
  const { router } = app.server;
  router.addRoute('GET', '/users/:id', { handler: ({ request }) => request.params.id ?? '' });
  router.addRoute('GET', '/fails', {
    handler: () => {
      throw new RangeError('out of range');
    },
  });
  router.addRoute('GET', '/hangs', { handler: () => new Promise(() => undefined) });
  const spans = () => exporter.getFinishedSpans();
  return {
    app,
    exporter,
    spans,
    async until(count) {
      const deadline = performance.now() + 5000;
      while (spans().length < count && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return spans();
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      sdk[Symbol.dispose]();
    },
  };
}
