import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { logError, logLine, type ObservableSteps, type RequestContext } from '@blaizejs/context/internal';
import { toError } from '@blaizejs/errors/internal';
import type { App, Outcome, Plugin, PluginTarget } from '@blaizejs/types';
import { context, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';

import { createPlugin } from '../create-plugin.ts';
import type { PluginStep } from '../plugin-channel.ts';
import { saysYes } from '../says-yes.ts';
import { RequestAttributes, spanName } from './attributes.ts';
import { observeHook, observeWith } from './inner-spans.ts';
import { resolveTracing, type ResolvedTracing, type TracingOptions } from './options.ts';
import { extractContext } from './propagation.ts';
import { findTracer, flush } from './provider.ts';
import { ServerSpan } from './server-span.ts';

const START = 'tracing:blaizejs.request:start';
const END = 'tracing:blaizejs.request:asyncEnd';
const PLUGIN = 'blaizejs.plugin';
const NAME = '@blaizejs/plugins/tracing';
const VERSION = '1.0.0';

/** What the channel `blaizejs.request` publishes, as far as it is needed here. */
interface Trace {
  readonly app: App;
  readonly ctx: RequestContext;
  readonly outcome?: Outcome | undefined;
  readonly error?: Error | undefined;
}

/**
 * Traces requests with OpenTelemetry: one server span per request, named after its route, with the stable semantic
 * conventions for HTTP. It is active while the request runs, continues the caller's trace, and its ids are on the lines of
 * `ctx.log`. Needs `@opentelemetry/api`; without an SDK that is registered, it does nothing.
 *
 * ```ts
 * createServer({ plugins: [tracing()] })
 * ```
 *
 * Put it before other plugins: it then stops after them.
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function tracing(options: TracingOptions = {}): Plugin {
  const resolved = resolveTracing(options);
  return createPlugin('tracing', VERSION, (server) => new ServerTracing(server, resolved).hooks)();
}

class ServerTracing {
  readonly #server: PluginTarget;
  readonly #options: ResolvedTracing;
  readonly #attributes: RequestAttributes;
  readonly #open = new Set<ServerSpan>();
  #tracer: Tracer | undefined;

  constructor(server: PluginTarget, options: ResolvedTracing) {
    this.#server = server;
    this.#options = options;
    this.#attributes = new RequestAttributes(options.redact);
    const { middleware, handler, plugins } = options.spans;
    if (middleware || handler) {
      (server as Partial<ObservableSteps>).observeSteps?.(
        observeWith(() => this.#getTracer(), { middleware, handler }),
      );
    }
    if (plugins) subscribe(PLUGIN, this.#onPlugin);
  }

  get hooks() {
    return {
      initialize: (): void => {
        subscribe(START, this.#onStart);
        subscribe(END, this.#onEnd);
      },
      terminate: async (): Promise<void> => {
        unsubscribe(START, this.#onStart);
        unsubscribe(END, this.#onEnd);
        unsubscribe(PLUGIN, this.#onPlugin);
        for (const span of this.#open) span.cutOff();
        this.#open.clear();
        await this.#flush();
      },
    };
  }

  // A subscriber that throws would end the process. Samplers, propagators and processors are not ours.
  readonly #onStart = (message: unknown): void => {
    const { app, ctx } = message as Trace;
    if (app !== this.#server) return;
    try {
      const tracer = this.#getTracer();
      if (tracer && !saysYes(this.#options.ignore(ctx))) ctx.span = this.#begin(tracer, ctx);
    } catch (error) {
      logError(() => this.#server.log, 'error', error, 'A request could not be traced');
    }
  };

  readonly #onEnd = (message: unknown): void => {
    const { ctx, outcome, error } = message as Trace;
    const span = ctx.span as ServerSpan | undefined;
    if (!span || !outcome || !this.#open.delete(span)) return;
    try {
      span.end(outcome, error);
    } catch (failure) {
      logError(() => this.#server.log, 'error', failure, 'The span of a request could not be ended');
    }
  };

  readonly #onPlugin = (message: unknown): void => {
    const step = message as PluginStep;
    // Its own last span would begin before, and end after everything was flushed.
    if (step.target !== this.#server || step.plugin.name === 'tracing') return;
    const tracer = this.#getTracer();
    if (tracer) observeHook(tracer, step);
  };

  #begin(tracer: Tracer, ctx: RequestContext): ServerSpan {
    const { exchange } = ctx;
    // A connection belongs to whatever ran when it was opened. A request in process belongs to who makes it.
    const base = exchange.rawResponse ? ROOT_CONTEXT : context.active();
    const incoming = extractContext(base, exchange.headers);
    const parent = this.#trusts(ctx) ? incoming : base;
    const remote = parent === incoming ? undefined : trace.getSpanContext(incoming);
    const span = tracer.startSpan(
      spanName(ctx),
      {
        kind: SpanKind.SERVER,
        attributes: this.#attributes.of(ctx),
        ...(remote?.isRemote && { links: [{ context: remote }] }),
      },
      parent,
    );
    const begun = new ServerSpan(span, trace.setSpan(parent, span));
    this.#open.add(begun);
    return begun;
  }

  #trusts(ctx: RequestContext): boolean {
    const { trustIncoming } = this.#options;
    return typeof trustIncoming === 'function' ? saysYes(trustIncoming(ctx)) : trustIncoming;
  }

  /** Undefined until there is an SDK, so that requests without one cost nothing. */
  #getTracer(): Tracer | undefined {
    return (this.#tracer ??= findTracer(this.#options.provider ?? trace.getTracerProvider(), NAME, VERSION));
  }

  async #flush(): Promise<void> {
    const { provider = trace.getTracerProvider(), flushTimeout } = this.#options;
    try {
      if (await flush(provider, flushTimeout)) return;
      const message = `The last spans were not exported within ${flushTimeout} ms, which is the option \`flushTimeout\` of tracing()`;
      logLine(() => this.#server.log, 'warn', message);
    } catch (error) {
      logError(() => this.#server.log, 'warn', toError(error), 'The last spans could not be exported');
    }
  }
}
