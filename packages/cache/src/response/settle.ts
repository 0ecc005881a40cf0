import { Readable } from 'node:stream';

import type { RequestContext } from '@blaizejs/context/internal';
import type { HeaderFields } from '@blaizejs/types';

import { addCacheStatus, type CacheStatus } from './cache-status.ts';
import type { Entry, Head } from './entry.ts';
import { type Parts, restoreConditions } from './engine.ts';
import { isGoodInstead, keepFor } from './freshness.ts';
import { isUnmodified, sendStored, sendUnmodified } from './send-stored.ts';
import { isVetoed, type Policy, policyOf } from './storable.ts';
import { tagsBy } from './tags.ts';
import { Tee } from './tee.ts';
import { variantOf } from './variant.ts';
import type { Handover, Visit } from './visit.ts';
import { whenSent } from './when-sent.ts';

const EMPTY = new Uint8Array(0);
/** A 304 says nothing about them: they are of what it does not send (RFC 9111 section 3.2). */
const OF_CONTENT = new Set(['content-encoding', 'content-length', 'content-range', 'content-type']);
const FAILURES = new Set([500, 502, 503, 504]);

/** Takes the answer of a handler: stores it if it may, and tells those who wait. */
export class Settler {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  settle(ctx: RequestContext, visit: Visit): void {
    const { forwarded } = visit;
    if (!forwarded) return;
    restoreConditions(ctx, forwarded);
    const { response } = ctx;
    const { statusCode } = response;
    const { entry } = forwarded;
    if (statusCode === 304 && forwarded.isValidating && entry) {
      this.#freshen(ctx, visit, forwarded, entry);
    } else if (FAILURES.has(statusCode) && entry && isGoodInstead(entry, Date.now())) {
      this.#answerInstead(ctx, forwarded, entry, statusCode);
    } else {
      this.#take(ctx, visit, forwarded);
    }
  }

  /** The handler says that the stored answer is still good. */
  #freshen(ctx: RequestContext, visit: Visit, forwarded: Handover, entry: Entry): void {
    const { settings } = this.#parts;
    const now = Date.now();
    const given = ownFields(ctx.response.fields, forwarded.before);
    const fields: HeaderFields = { ...entry.head.fields };
    for (const name in given) if (!OF_CONTENT.has(name)) fields[name] = given[name];
    // Without one, it was made now.
    if (given['date'] === undefined) delete fields['date'];
    if (given['age'] === undefined) delete fields['age'];
    const policy = policyOf(entry.head.status, fields, visit.asked, settings, now);
    const fresh: Entry = policy
      ? { head: this.#headOf(ctx, visit, policy, fields, entry.head, now), body: entry.body }
      : { head: { ...entry.head, fields }, body: entry.body };
    for (const name in given) delete ctx.response.fields[name];
    sendStored(ctx, fresh, ctx.exchange.headers, now);
    this.#mark(ctx, forwarded, { forwardedStatus: 304, isStored: policy !== undefined });
    this.#whenSent(ctx, forwarded, () => {
      if (policy) this.#store(ctx, visit, forwarded, fresh);
      else this.#land(forwarded, false);
    });
  }

  /** The handler has failed, and the stored answer is better than nothing (RFC 5861 section 4). */
  #answerInstead(ctx: RequestContext, forwarded: Handover, entry: Entry, status: number): void {
    const { fields } = ctx.response;
    for (const name in ownFields(fields, forwarded.before)) delete fields[name];
    this.#parts.stats.count(ctx, 'stale');
    sendStored(ctx, entry, ctx.exchange.headers, Date.now());
    this.#mark(ctx, forwarded, { forwardedStatus: status });
    if (forwarded.flight) this.#parts.flights.end(forwarded.flight, { entry, isStale: true });
  }

  #take(ctx: RequestContext, visit: Visit, forwarded: Handover): void {
    const { response } = ctx;
    const { settings } = this.#parts;
    const status = response.statusCode;
    const now = Date.now();
    const policy = forwarded.mayStore
      ? policyOf(status, response.fields, visit.asked, settings, now)
      : undefined;
    const size = Number(response.fields['content-length'] ?? 0);
    const isStored =
      policy !== undefined && !(size > settings.maxEntryBytes) && response.makeTrailers === undefined;
    if (isStored) this.#collect(ctx, visit, forwarded, policy, now);
    else this.#land(forwarded, false);
    if (forwarded.conditions && status === 200) {
      if (isUnmodified(forwarded.conditions, response.fields, 'GET')) sendUnmodified(ctx);
    }
    this.#mark(ctx, forwarded, { isStored });
  }

  #collect(ctx: RequestContext, visit: Visit, forwarded: Handover, policy: Policy, now: number): void {
    const { response } = ctx;
    const payload = response.payload();
    const fields = ownFields(response.fields, forwarded.before);
    const first = { status: response.statusCode, hasBody: payload !== null };
    const head = this.#headOf(ctx, visit, policy, fields, first, now);
    const announced = payload instanceof Readable ? response.fields['content-length'] : undefined;
    let isSent = false;
    let bytes: Uint8Array | undefined;
    const keep = (): void => {
      if (!isSent || !bytes) return;
      const isWhole = announced === undefined || Number(announced) === bytes.byteLength;
      const entry = { head, body: bytes };
      if (isWhole && !hasNonce(ctx, entry)) this.#store(ctx, visit, forwarded, entry);
      else this.#land(forwarded, false);
    };
    if (payload instanceof Readable) {
      const tee = new Tee(this.#parts.settings.maxEntryBytes, (collected) => {
        bytes = collected;
        if (collected) keep();
        else if (forwarded.flight && !ctx.exchange.aborted) this.#land(forwarded, false);
      });
      const { asIs } = response;
      response.send(payload.pipe(tee));
      response.asIs = asIs;
    } else {
      bytes = payload === null ? EMPTY : typeof payload === 'string' ? Buffer.from(payload) : payload;
    }
    this.#whenSent(ctx, forwarded, () => {
      isSent = true;
      keep();
    });
  }

  #headOf(
    ctx: RequestContext,
    visit: Visit,
    policy: Policy,
    fields: HeaderFields,
    { status, hasBody }: Pick<Head, 'status' | 'hasBody'>,
    now: number,
  ): Head {
    const { omitted, date, vary, ...lifetime } = policy;
    const stored: HeaderFields = {};
    for (const name in fields) if (!omitted.has(name)) stored[name] = fields[name];
    if (hasBody) delete stored['content-length'];
    if (date === undefined) stored['date'] = new Date(now).toUTCString();
    return {
      ...lifetime,
      status,
      fields: stored,
      hasBody,
      vary,
      variant: variantOf(vary, (name) => ctx.request.header(name)),
      time: now,
      tags: [...new Set([...visit.tags, ...tagsBy(this.#parts.settings.tags, ctx)])],
    };
  }

  /** Outer middleware has the last word: a session may have been read that only its hook tells of. */
  #whenSent(ctx: RequestContext, forwarded: Handover, done: () => void): void {
    const status = ctx.response.statusCode;
    whenSent(ctx.exchange, (sent, fields) => {
      const isSame = sent === status || (status === 200 && (sent === 304 || sent === 206));
      if (isSame && !isVetoed(fields)) done();
      else this.#land(forwarded, false);
    });
  }

  #store(ctx: RequestContext, visit: Visit, forwarded: Handover, entry: Entry): void {
    const { shelf } = this.#parts;
    const { began, since, key } = visit;
    const ttl = keepFor(entry.head, Date.now());
    const isFresh = entry.head.lifetime > entry.head.age && !entry.head.noCache;
    const { flight } = forwarded;
    this.#parts.flights.setShared(forwarded.flightKey, isFresh);
    flight?.land(isFresh ? { entry } : 'run');
    // Until it is in the store, requests find it here.
    const saving = shelf.save(key, entry, { ttl, began, since }).finally(() => {
      if (flight) this.#parts.flights.remove(flight);
    });
    ctx.waitUntil(saving);
  }

  /** Those that wait have to run the handler. */
  #land({ flight, flightKey, mayStore }: Handover, isShared: boolean): void {
    if (mayStore) this.#parts.flights.setShared(flightKey, isShared);
    if (flight) this.#parts.flights.end(flight, 'run');
  }

  #mark(ctx: RequestContext, { reason }: Handover, status: CacheStatus): void {
    addCacheStatus(ctx, this.#parts.settings.cacheStatus, { forwarded: reason, ...status });
  }
}

/** What the handler and inner middleware have set. */
function ownFields(fields: HeaderFields, before: HeaderFields): HeaderFields {
  const own: HeaderFields = {};
  for (const name in fields) if (fields[name] !== before[name]) own[name] = fields[name];
  return own;
}

/** Whether it contains the nonce of `securityHeaders()`, which must not be used twice. */
function hasNonce({ state }: RequestContext, { head, body }: Entry): boolean {
  const { csp } = state as { csp?: { readonly isMade?: boolean; readonly nonce?: unknown } };
  if (csp?.isMade !== true || typeof csp.nonce !== 'string') return false;
  const { nonce } = csp;
  if (Object.values(head.fields).some((value) => String(value).includes(nonce))) return true;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(nonce);
}
