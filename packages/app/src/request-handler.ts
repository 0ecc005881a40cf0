import { Readable } from 'node:stream';

import { runWithContext } from '@blaizejs/context';
import { isFeed, loggedPath, RequestAbortedError, RequestContext } from '@blaizejs/context/internal';
import { type HttpError, NotFoundError, ServiceUnavailableError } from '@blaizejs/errors';
import { toError, toProblem } from '@blaizejs/errors/internal';
import type { App, HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { answerThroughHandlers } from './answer-error.ts';
import type { AppTable, CompiledRoute, Match } from './app-table.ts';
import { requestChannel } from './channels.ts';
import { deadlineOver, isOver, readTimeout } from './caller-deadline.ts';
import { Deadlines } from './deadlines.ts';
import { EventStreams } from './event-streams.ts';
import { type ErrorSettings, recordError, reportError, reportUnanswered } from './record-error.ts';
import { send } from './send.ts';
import { traceRequest } from './trace-request.ts';

// What had happened before an error that nobody was waiting for any more.
const CLIENT_HAD_LEFT = 'its client had left';
const TIME_WAS_UP = 'its time was up';

/** Answers one request. With `refusal`, the adapter has found that it must not be served. */
export type Handle = (exchange: Exchange, refusal?: HttpError) => void;

/** What a request handler needs from the app. */
export interface RequestHandlerSettings extends ErrorSettings {
  readonly app: App;
  /** Milliseconds that an answer may take; 0 for no limit. */
  readonly handlerTimeout: number;
  /** In lower case: the header in which callers say how long they wait. */
  readonly deadlineHeader: string | undefined;
}

/**
 * Answers requests: finds the route, creates the context, runs the chain and sends what it recorded. There is one way out:
 * answers, errors, 404s, refusals and timeouts all pass through the same hooks.
 */
export class RequestHandler {
  /** The current routes. Replaced as a whole: a request stays with the table that it began with. */
  table: AppTable;
  readonly #settings: RequestHandlerSettings;
  /** By milliseconds: routes may have their own limit. */
  readonly #deadlines = new Map<number, Deadlines<RequestContext>>();
  readonly #eventStreams = new EventStreams();
  readonly #onBroken = (ctx: RequestContext, error: unknown): void => {
    void this.#answerError(ctx, ctx.settings as CompiledRoute, error);
  };

  constructor(table: AppTable, settings: RequestHandlerSettings) {
    this.table = table;
    this.#settings = settings;
  }

  /** Answers one request. Never throws. */
  readonly handle: Handle = (exchange, refusal) => {
    let match: Match;
    let reason: Error | undefined = refusal;
    try {
      match = this.table.find(exchange.method, exchange.target, exchange);
    } catch (error) {
      // A failed look-up is not a 404.
      match = this.table.unrouted;
      reason ??= toError(error);
    }
    const { entry, params, querystring } = match;
    const ctx = new RequestContext(exchange, entry, params, querystring);
    ctx.refusal = match.refusal;
    ctx.timeLimit = entry.handlerTimeout ?? this.#settings.handlerTimeout;
    if (this.#settings.deadlineHeader !== undefined)
      reason ??= this.#limitByCaller(ctx, this.#settings.deadlineHeader);
    if (entry.requestTimeout !== undefined && exchange.hasBody) exchange.limitRequest(entry.requestTimeout);
    if (requestChannel.hasSubscribers) traceRequest(this.#settings.app, ctx, begin, this, entry, reason);
    else begin(ctx, this, entry, reason);
  };

  /** @returns why it need not be served: its time is over already, or what the caller says makes no sense */
  #limitByCaller(ctx: RequestContext, header: string): Error | undefined {
    try {
      const timeout = readTimeout(header, ctx.request.header(header));
      if (timeout === undefined || (ctx.timeLimit > 0 && timeout >= ctx.timeLimit)) return undefined;
      ctx.timeLimit = timeout;
      ctx.isLimitedByCaller = true;
      return isOver(ctx) ? deadlineOver(ctx) : undefined;
    } catch (error) {
      return toError(error);
    }
  }

  /** Ends all event streams, also those that are opened later. Their clients reconnect by themselves. */
  endEventStreams(): void {
    this.#eventStreams.end();
  }

  /** @internal Waits for what is asynchronous, within the time limit. */
  async conclude(
    ctx: RequestContext,
    entry: CompiledRoute,
    running: void | Promise<void>,
    sending: void | Promise<void>,
  ): Promise<void> {
    const deadline = this.#watch(ctx, entry);
    try {
      if (running) await running;
      const rest = sending ?? this.finish(ctx, entry);
      if (rest) await rest;
    } catch (error) {
      await this.#answerError(ctx, entry, error);
    }
    deadline?.end();
  }

  /** @internal Answers with an error. The time limit applies to its hooks too. */
  async fail(ctx: RequestContext, entry: CompiledRoute, thrown: unknown): Promise<void> {
    const answering = this.#answerError(ctx, entry, thrown);
    if (ctx.exchange.responded) return;
    const deadline = this.#watch(ctx, entry);
    await answering;
    deadline?.end();
  }

  /** @internal Encodes what was recorded, runs the hooks, and sends it. */
  finish(ctx: RequestContext, entry: CompiledRoute): void | Promise<void> {
    const { exchange, request } = ctx;
    // Already answered: through `ctx.response.raw`, by a tunnel, or because it took too long.
    if (exchange.responded || ctx.superseded) return ctx.release();
    const { response } = ctx;
    if (!response.answered) throw new NotFoundError(`Nothing answered ${request.method} ${request.path}.`);
    response.encode();
    return entry.onSend
      ? this.#sendThroughHooks(ctx, entry.onSend)
      : send(ctx, this.#eventStreams, this.#onBroken);
  }

  #sendThroughHooks(ctx: RequestContext, onSend: NonNullable<CompiledRoute['onSend']>): void | Promise<void> {
    const { exchange, response } = ctx;
    let hooks: void | Promise<void>;
    try {
      hooks = onSend(ctx);
    } catch (error) {
      return this.#failHooks(ctx, error);
    }
    if (!hooks) return this.#send(ctx);
    // While a hook runs, nothing else would notice that the client leaves.
    if (isStreamed(response.encode())) exchange.onClose(() => response.release());
    return hooks.then(
      () => this.#send(ctx),
      (error: unknown) => this.#failHooks(ctx, error),
    );
  }

  /** Sends the result of the hooks, unless something else was sent in the meantime. */
  #send(ctx: RequestContext): void | Promise<void> {
    if (ctx.exchange.responded || ctx.superseded) return ctx.release();
    return send(ctx, this.#eventStreams, this.#onBroken);
  }

  /** If a hook fails, the answer is a 500, for which no hooks run. */
  #failHooks(ctx: RequestContext, thrown: unknown): void | Promise<void> {
    const { exchange, response } = ctx;
    const error = toError(thrown);
    if (ctx.superseded) {
      response.release();
      return reportUnanswered(ctx, error, this.#settings, TIME_WAS_UP);
    }
    if (ctx.trace) ctx.trace.error = error;
    if (exchange.aborted) {
      response.release();
      exchange.abort();
      return reportUnanswered(ctx, error, this.#settings, CLIENT_HAD_LEFT);
    }
    // The hook has answered through `ctx.response.raw`.
    if (exchange.responded) throw error;
    reportError(ctx, error, this.#settings);
    recordError(ctx, error, this.#settings);
    return send(ctx, this.#eventStreams, this.#onBroken);
  }

  /** If the head was already sent, the answer is broken off, so that it does not look complete. Never rejects. */
  async #answerError(ctx: RequestContext, entry: CompiledRoute, thrown: unknown): Promise<void> {
    const { exchange } = ctx;
    let error = toError(thrown);
    // It took too long, and that was the answer.
    if (ctx.superseded) {
      reportUnanswered(ctx, error, this.#settings, TIME_WAS_UP);
      return;
    }
    try {
      if (ctx.trace) ctx.trace.error = error;
      if (exchange.aborted || error instanceof RequestAbortedError) {
        exchange.abort();
        reportUnanswered(ctx, error, this.#settings, CLIENT_HAD_LEFT);
        ctx.response.reset();
        return;
      }
      if (entry.onError) error = toError(await entry.onError(error, ctx));
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have changed in the meantime
      if (ctx.superseded) return;
      reportError(ctx, error, this.#settings);
      if (exchange.responded) {
        // An answer that was ended through `ctx.response.raw` is complete.
        if (!exchange.rawResponse?.writableEnded) exchange.abort(error);
        ctx.response.reset();
        return;
      }
      const { errorHandlers } = entry;
      if (errorHandlers) await answerThroughHandlers(ctx, error, errorHandlers, this.#settings);
      else recordError(ctx, error, this.#settings);
      await this.finish(ctx, entry);
    } catch (failure) {
      this.#answerBare(ctx, failure);
    }
  }

  /**
   * For an error that can't be answered, because its details can't be encoded or a header is not valid: reports that, and
   * sends a plain 500. Never throws.
   */
  #answerBare(ctx: RequestContext, failure: unknown): void {
    const { exchange, request } = ctx;
    reportError(
      ctx,
      new Error(`An error could not be answered: ${toError(failure).message}`, { cause: failure }),
      this.#settings,
    );
    if (exchange.responded) return exchange.abort();
    const problem = toProblem(undefined, { correlationId: request.correlationId, production: true });
    const body = JSON.stringify(problem);
    const fields: HeaderFields = {
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'x-correlation-id': request.correlationId,
    };
    exchange.respond(500, fields, exchange.method === 'HEAD' ? null : body);
  }

  /**
   * Times a request out. With a time limit of its caller it has a timer of its own, which is exact. So it has in a worker, which
   * ends a timer together with the request that started it.
   */
  #watch(ctx: RequestContext, entry: CompiledRoute): { end(): void } | undefined {
    if (!ctx.isLimitedByCaller && !isWorker()) return this.#deadlinesOf(entry).add(ctx);
    if (ctx.timeLimit === 0) return undefined;
    const rest = Math.max(0, ctx.began + ctx.timeLimit - performance.now());
    const timer = setTimeout(() => void this.#timeOut(ctx, ctx.timeLimit), rest);
    (timer as Partial<NodeJS.Timeout>).unref?.();
    return { end: () => clearTimeout(timer) };
  }

  #deadlinesOf({ handlerTimeout = this.#settings.handlerTimeout }: CompiledRoute): Deadlines<RequestContext> {
    let deadlines = this.#deadlines.get(handlerTimeout);
    if (!deadlines) {
      deadlines = new Deadlines(handlerTimeout, (ctx) => this.#timeOut(ctx, handlerTimeout));
      this.#deadlines.set(handlerTimeout, deadlines);
    }
    return deadlines;
  }

  /** @returns whether to wait again */
  #timeOut(ctx: RequestContext, milliseconds: number): boolean {
    const { exchange } = ctx;
    if (exchange.responded) return false;
    // The client is taking that long.
    if (exchange.receiving && !ctx.isLimitedByCaller) return true;
    const { method } = ctx.request;
    const path = loggedPath(ctx.request);
    const entry = ctx.settings as CompiledRoute;
    if (ctx.request.abandoned) {
      // The timeout was already being answered, and its hooks take too long as well.
      runWithContext(ctx, () => this.#giveUpHooks(ctx, milliseconds));
      return false;
    }
    const message = `${method} ${path} was not answered within ${milliseconds} ms.`;
    const error = ctx.isLimitedByCaller
      ? deadlineOver(ctx)
      : new ServiceUnavailableError(message, { limit: 'handlerTimeout' });
    // The abandoned handler keeps the old response side, which is not sent.
    const late = new RequestContext(exchange, entry, undefined, undefined, ctx);
    runWithContext(ctx, () => {
      ctx.response.release();
      ctx.request.abandon(error);
    });
    if (ctx.span) ctx.span.run(begin, late, this, entry, error);
    else begin(late, this, entry, error);
    return false;
  }

  #giveUpHooks(ctx: RequestContext, milliseconds: number): void {
    const { method } = ctx.request;
    const message = `The hooks of ${method} ${loggedPath(ctx.request)} did not end within ${milliseconds} ms.`;
    try {
      // Problem details are sent in one piece: there is nothing to wait for.
      void this.#failHooks(ctx, new ServiceUnavailableError(message, { limit: 'handlerTimeout' }));
    } catch (failure) {
      this.#answerBare(ctx, failure);
    }
  }
}

function isStreamed(payload: unknown): boolean {
  return payload instanceof Readable || isFeed(payload);
}

function isWorker(): boolean {
  const { navigator } = globalThis as { navigator?: { readonly userAgent?: string } };
  return navigator?.userAgent === 'Cloudflare-Workers';
}

function begin(
  ctx: RequestContext,
  handler: RequestHandler,
  entry: CompiledRoute,
  refusal: Error | undefined,
): void {
  if (refusal) runWithContext(ctx, fail, handler, ctx, entry, refusal);
  else runWithContext(ctx, run, handler, ctx, entry);
}

// Synchronous if the chain is: only promises are awaited.
function run(handler: RequestHandler, ctx: RequestContext, entry: CompiledRoute): void {
  try {
    const running = entry.chain(ctx);
    const sending = running ? undefined : handler.finish(ctx, entry);
    if (running ?? sending) void handler.conclude(ctx, entry, running, sending);
  } catch (error) {
    void handler.fail(ctx, entry, error);
  }
}

function fail(handler: RequestHandler, ctx: RequestContext, entry: CompiledRoute, error: unknown): void {
  void handler.fail(ctx, entry, error);
}
