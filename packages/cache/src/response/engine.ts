import { loggedPath, type RequestContext } from '@blaizejs/context/internal';
import { HttpError } from '@blaizejs/errors';
import type { HeaderFields, Next } from '@blaizejs/types';

import { BackgroundExchange, canRepeat, repeat } from './background.ts';
import { CacheControl } from './cache-control.ts';
import { keyOf } from './cache-key.ts';
import { addCacheStatus, type CacheStatus, type Forwarded } from './cache-status.ts';
import type { Entry } from './entry.ts';
import type { Flights } from './flights.ts';
import { type Flight, type Landing } from './flights.ts';
import { ageOf, judge, keepFor, remainingOf } from './freshness.ts';
import type { Settings } from './options.ts';
import { sendStored } from './send-stored.ts';
import type { Found, Shelf } from './shelf.ts';
import type { Counted, Stats } from './stats.ts';
import { variantOf } from './variant.ts';
import type { Handover, Visit } from './visit.ts';

/** What the parts of a cache share. */
export interface Parts {
  readonly settings: Settings;
  readonly shelf: Shelf;
  readonly flights: Flights;
  readonly stats: Stats;
  /** Where a context keeps its visit. */
  readonly slot: symbol;
}

const NO_FIELDS: HeaderFields = {};
/** How often a request waits for others before it runs. */
const MOST_ROUNDS = 3;
/** Stale answers that are renewed at a time, and how long one may take. */
const MOST_RENEWALS = 32;
const RENEWAL_TIMEOUT = 30_000;

/** The way of a request to its answer, up to the handler. */
export class Engine {
  readonly #parts: Parts;
  /** Requests that renew a stale answer. */
  readonly #renewing = new WeakMap<object, { readonly entry: Entry; readonly flight: Flight }>();
  #renewals = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Answers from the store, or lets the handler answer. */
  async serve(ctx: RequestContext, next: Next): Promise<void> {
    const visit = this.#visit(ctx);
    const renewal = this.#renewing.get(ctx.exchange);
    if (renewal) return this.#handOver(ctx, next, visit, { reason: 'stale', ...renewal });
    const { headers } = ctx.exchange;
    if (isForHandlerOnly(ctx)) {
      return this.#handOver(ctx, next, visit, { reason: 'bypass' });
    }
    for (let round = 1; ; round += 1) {
      const found = await this.#parts.shelf.find(visit.key, (name) => ctx.request.header(name));
      const verdict = found.entry && this.#judge(found.entry, visit);
      if (found.entry && (verdict === 'fresh' || verdict === 'stale' || verdict === 'while-revalidate')) {
        if (verdict === 'while-revalidate') this.#renew(ctx, visit, found.entry);
        this.#answer(ctx, visit, found.entry, verdict === 'fresh' ? ['hits'] : ['hits', 'stale']);
        return;
      }
      if (visit.directives.has('only-if-cached')) throw notCached();
      const reason = reasonFor(found, verdict === 'forced');
      const { entry } = found;
      const flightKey = flightKeyOf(ctx, visit, found);
      const canShare = ctx.request.method === 'GET' && headers['range'] === undefined;
      if (!canShare) return this.#handOver(ctx, next, visit, { reason });
      const flight = this.#join(flightKey, visit, round);
      if (flight === 'alone') return this.#handOver(ctx, next, visit, { reason, entry, flightKey });
      if (flight === 'first') {
        return this.#handOver(ctx, next, visit, {
          reason,
          entry,
          flight: this.#parts.flights.start(flightKey, visit.key),
        });
      }
      const landing = await this.#wait(flight);
      if (landing === 'run') return this.#handOver(ctx, next, visit, { reason, entry, flightKey });
      if (landing !== 'again' && this.#suits(ctx, landing)) {
        this.#answer(ctx, visit, landing.entry, ['collapsed'], {
          forwarded: reason,
          isCollapsed: true,
        });
        return;
      }
    }
  }

  #visit(ctx: RequestContext): Visit {
    const { request, exchange } = ctx;
    const { headers } = exchange;
    const cacheControl = request.header('cache-control') ?? pragmaOf(headers);
    const directives = CacheControl.parse(cacheControl);
    const visit: Visit = {
      key: keyOf(ctx, this.#parts.settings),
      directives,
      asked: {
        hasAuthorization: headers['authorization'] !== undefined,
        hasCookie: headers['cookie'] !== undefined,
        hasCertificate: exchange.peer?.certificate !== undefined,
        noStore: directives.has('no-store'),
      },
      began: this.#parts.shelf.purges.now,
      since: Date.now(),
      tags: [],
    };
    (ctx.state as Record<symbol, unknown>)[this.#parts.slot] = visit;
    return visit;
  }

  #judge(entry: Entry, { directives }: Visit): ReturnType<typeof judge> {
    return judge(entry, Date.now(), directives, this.#parts.settings.clientRevalidation);
  }

  #answer(
    ctx: RequestContext,
    visit: Visit,
    entry: Entry,
    counted: readonly Counted[],
    status?: CacheStatus,
  ): void {
    // It may have waited for so long that its time was up.
    if (ctx.exchange.responded || ctx.superseded) return;
    const now = Date.now();
    this.#parts.stats.count(ctx, ...counted);
    sendStored(ctx, entry, ctx.exchange.headers, now);
    // As the client sees it, whose Age has whole seconds.
    const ttl = Math.floor(entry.head.lifetime / 1_000) - Math.floor(ageOf(entry, now) / 1_000);
    addCacheStatus(ctx, this.#parts.settings.cacheStatus, status ?? { ttl });
    this.#prolong(ctx, visit, entry, now);
  }

  /** Each use prolongs a sliding lifetime. It is not written each time. */
  #prolong(ctx: RequestContext, visit: Visit, entry: Entry, now: number): void {
    const { sliding, lifetime } = entry.head;
    if (!sliding || remainingOf(entry, now) > sliding.by / 2 || lifetime >= sliding.max) return;
    const head = { ...entry.head, lifetime: Math.min(ageOf(entry, now) + sliding.by, sliding.max) };
    const ttl = keepFor(head, now);
    ctx.waitUntil(this.#parts.shelf.touch(visit.key, { head, body: entry.body }, ttl, visit.began));
  }

  /** @returns the request to wait for; `'first'` if others may wait for this one */
  #join(flightKey: string, { asked }: Visit, round: number): Flight | 'first' | 'alone' {
    const { flights, settings } = this.#parts;
    if (settings.maxWaiters === 0 || asked.noStore || round > MOST_ROUNDS) return 'alone';
    const flight = flights.find(flightKey);
    if (!flight) return flights.isUnshared(flightKey) ? 'alone' : 'first';
    return flight.waiters < settings.maxWaiters ? flight : 'alone';
  }

  #wait(flight: Flight): Promise<Landing> {
    return flight.wait(this.#parts.settings.collapseTimeout, () => {
      this.#parts.flights.end(flight, 'again');
    });
  }

  #suits(ctx: RequestContext, { entry, isStale = false }: Exclude<Landing, string>): boolean {
    const { vary, variant } = entry.head;
    if (variantOf(vary, (name) => ctx.request.header(name)) !== variant) return false;
    return isStale || remainingOf(entry, Date.now()) > 0;
  }

  #handOver(
    ctx: RequestContext,
    next: Next,
    visit: Visit,
    how: {
      readonly reason: Forwarded;
      readonly entry?: Entry | undefined;
      readonly flight?: Flight;
      readonly flightKey?: string;
    },
  ): void | Promise<void> {
    const { reason, entry, flight, flightKey = flight?.key } = how;
    if (ctx.exchange.responded || ctx.superseded) {
      if (flight) this.#parts.flights.end(flight, 'again');
      return;
    }
    const mayStore = flightKey !== undefined;
    this.#parts.stats.count(ctx, reason === 'bypass' ? 'bypassed' : 'misses');
    const validators = mayStore && entry ? validatorsOf(entry) : undefined;
    // While nobody knows whether the answer can be shared, the handler gives all of it.
    const conditions = mayStore && (flight || validators) ? replaceConditions(ctx, validators) : undefined;
    visit.forwarded = {
      reason,
      mayStore,
      flight,
      flightKey: flightKey ?? '',
      entry,
      conditions,
      isValidating: validators !== undefined,
      before: { ...ctx.response.fields },
    };
    if (flight) {
      // Its client may leave, or the handler may answer on its own.
      ctx.onFinish(() => {
        if (!flight.hasLanded) this.#parts.flights.end(flight, 'again');
      });
    }
    return next();
  }

  /** Fetches a new answer in the background, once at a time. */
  #renew(ctx: RequestContext, visit: Visit, entry: Entry): void {
    const { flights } = this.#parts;
    const flightKey = `${visit.key.url} ${entry.head.variant}`;
    if (this.#renewals >= MOST_RENEWALS || flights.find(flightKey) || !canRepeat(ctx)) return;
    const flight = flights.start(flightKey, visit.key);
    const exchange = new BackgroundExchange(ctx.exchange);
    this.#renewing.set(exchange, { entry, flight });
    this.#renewals += 1;
    const renewing = repeat(ctx, exchange, { ...ctx.request.params }, RENEWAL_TIMEOUT)
      .catch((error: unknown) => {
        ctx.log.warn({ err: error, path: loggedPath(ctx.request) }, 'A stale answer could not be renewed');
      })
      .finally(() => {
        this.#renewals -= 1;
        if (!flight.hasLanded) flights.end(flight, 'again');
      });
    ctx.waitUntil(renewing);
  }
}

/** Puts back what the client has sent. */
export function restoreConditions(ctx: RequestContext, { conditions }: Handover): void {
  if (conditions) setConditions(ctx, conditions);
}

/** Lets the handler see our conditions, or none. @returns those of the client */
function replaceConditions(ctx: RequestContext, ours: HeaderFields | undefined): HeaderFields | undefined {
  const { headers } = ctx.exchange;
  const [tag, date] = [headers['if-none-match'], headers['if-modified-since']];
  if (!ours && tag === undefined && date === undefined) return undefined;
  setConditions(ctx, ours ?? NO_FIELDS);
  return { 'if-none-match': tag, 'if-modified-since': date };
}

function setConditions({ exchange, request }: RequestContext, conditions: HeaderFields): void {
  for (const name of ['if-none-match', 'if-modified-since']) {
    const value = conditions[name];
    const lines = Array.isArray(value) ? value.join(', ') : value;
    if (value === undefined) {
      Reflect.deleteProperty(exchange.headers, name);
      request.headers.delete(name);
    } else {
      exchange.headers[name] = value;
      request.headers.set(name, lines ?? '');
    }
  }
}

function validatorsOf({ head: { fields } }: Entry): HeaderFields | undefined {
  const [etag, lastModified] = [fields['etag'], fields['last-modified']];
  if (etag === undefined && lastModified === undefined) return undefined;
  return { 'if-none-match': etag, 'if-modified-since': lastModified };
}

/** Only the handler can evaluate these conditions; and content that is not in the key may decide about the answer. */
function isForHandlerOnly({ exchange: { headers, hasBody } }: RequestContext): boolean {
  return headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined || hasBody;
}

function reasonFor({ entry, lists }: Found, isForced: boolean): Forwarded {
  if (entry) return isForced ? 'request' : 'stale';
  return lists.length > 0 ? 'vary-miss' : 'uri-miss';
}

/** Requests with the same one wait for each other. */
function flightKeyOf(ctx: RequestContext, { key, asked }: Visit, { entry, lists }: Found): string {
  const names = lists[0];
  const variant = entry?.head.variant ?? (names ? variantOf(names, (name) => ctx.request.header(name)) : '');
  // Answers to those with credentials rarely can be shared. The others do not wait for that.
  return `${key.url} ${variant}${asked.hasAuthorization ? ' authorized' : ''}`;
}

/** RFC 9111 section 5.4. */
function pragmaOf({ pragma }: HeaderFields): string | undefined {
  return typeof pragma === 'string' && /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(pragma) ? 'no-cache' : undefined;
}

function notCached(): HttpError {
  return new HttpError(504, 'There is no stored answer, and only-if-cached forbids asking for one.');
}
