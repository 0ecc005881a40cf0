import type { HookContext, Schema } from '@blaizejs/types';

import type { Backend, Found, Saved } from './backend.ts';
import type { CookieJar } from './cookie.ts';
import { applyChanges, type Change, changeTo, type Data } from './data.ts';
import { Deadline } from './deadline.ts';
import { type End, isOvertaken, preciseNow } from './end.ts';
import { changedTooLate } from './errors.ts';
import type { Identity } from './identity.ts';
import { isDue, type Lifetime } from './lifetime.ts';
import { assertAccepted, valuesOf } from './schema.ts';

/** What all requests of a middleware share. */
export interface SessionSettings extends Lifetime {
  readonly backend: Backend;
  readonly jar: CookieJar;
  readonly schema: Schema | undefined;
  readonly storeTimeout: number;
}

/** What it needs of a context. */
type Answering = Pick<HookContext, 'request' | 'response' | 'log'>;

/** What a request came with. */
interface Loaded {
  readonly found: Found | undefined;
  /** A session whose data the schema rejects: it can only be ended. */
  readonly misfit?: Found | undefined;
  /** How its session has ended. */
  readonly end?: End | undefined;
  /** What `get()` returns. */
  readonly values: ReadonlyMap<string, unknown>;
}

const NOTHING: Data = new Map();

/** The session of one request. It reads nothing until it is asked, and saves when the answer is known. */
export class RequestSession {
  readonly #settings: SessionSettings;
  readonly #ctx: Answering;
  /** The session of another middleware, further out, whose place this one has taken. */
  readonly #outer: unknown;
  readonly #began = preciseNow();
  #loading: Promise<Loaded> | undefined = undefined;
  #loaded: Loaded | undefined = undefined;
  #changes: Map<string, Change> | undefined = undefined;
  #fate: 'keep' | 'replace' | 'end' = 'keep';
  /** The identity that it gets when it is saved. */
  #next: Identity | undefined = undefined;
  #closed = false;
  #recordedOn: object | undefined = undefined;
  #saving: Promise<Saved | 'remove' | undefined> | undefined = undefined;

  constructor(settings: SessionSettings, ctx: Answering, outer?: unknown) {
    this.#settings = settings;
    this.#ctx = ctx;
    this.#outer = outer;
  }

  /** The session of one middleware, given what is on `ctx.state`. */
  static of(settings: SessionSettings, session: unknown): RequestSession | undefined {
    let each = session;
    while (each instanceof RequestSession && each.#settings !== settings) each = each.#outer;
    return each instanceof RequestSession ? each : undefined;
  }

  async get(key: string): Promise<unknown> {
    const change = this.#changes?.get(key);
    if (change) return change.value;
    return this.#fate === 'end' ? undefined : (await this.#load()).values.get(key);
  }

  set(key: string, value: unknown): void {
    this.#open();
    if (typeof key !== 'string') throw new TypeError('The key of a session value must be a string.');
    const change = changeTo(key, value);
    (this.#changes ??= new Map()).set(key, change);
  }

  delete(key: string): void {
    this.set(key, undefined);
  }

  async flash(key: string): Promise<unknown> {
    const value = await this.get(key);
    if (value !== undefined) this.delete(key);
    return value;
  }

  regenerate(): void {
    this.#open();
    if (this.#fate === 'keep') this.#fate = 'replace';
    this.#next = this.#settings.backend.newIdentity();
  }

  destroy(): void {
    this.#open();
    this.#changes = this.#next = undefined;
    this.#fate = 'end';
  }

  async id(): Promise<string | undefined> {
    const { found } = await this.#load();
    if (this.#fate === 'keep' && found) return found.identity.id;
    const hasData = this.#hasValues || (this.#fate === 'replace' && found !== undefined);
    return hasData ? this.#nextIdentity().id : undefined;
  }

  async isNew(): Promise<boolean> {
    return (await this.#load()).found === undefined || this.#fate === 'end';
  }

  /** Saves what has changed, and records the cookie. Synchronous if there is nothing to do. */
  finish(ctx: Answering): void | Promise<void> {
    // The same middleware may be in a list twice. After a timeout, the hooks run again, for another answer.
    if (this.#recordedOn === ctx.response) return;
    this.#recordedOn = ctx.response;
    const isFirst = !this.#closed;
    this.#closed = true;
    if (!this.#loading && !this.#isWritten) return;
    ctx.response.append('vary', 'Cookie');
    // A 304 updates an answer that is in a cache: it only has a cookie if it must.
    if (isFirst && (this.#isWritten || (this.#isDue && ctx.response.statusCode !== 304))) {
      this.#saving = this.#save();
    }
    return this.#saving && this.#record(ctx, this.#saving);
  }

  async #record(ctx: Answering, saving: Promise<Saved | 'remove' | undefined>): Promise<void> {
    const { jar, storeTimeout } = this.#settings;
    const saved = await new Deadline(storeTimeout).waitFor(saving);
    // Another answer may have been sent in the meantime, because this one took too long.
    if (saved === undefined || ctx.response.sent) return;
    if (saved === 'remove') jar.remove(ctx);
    else jar.set(ctx, saved.value, saved.lasts);
    // Whoever stores the answer stores the cookie.
    const cache = ctx.response.get('cache-control') ?? '';
    if (!/\b(?:no-store|private)\b/i.test(cache)) ctx.response.header('cache-control', 'no-store');
  }

  get #isWritten(): boolean {
    return this.#changes !== undefined || this.#fate !== 'keep';
  }

  get #isDue(): boolean {
    const found = this.#loaded?.found;
    return found !== undefined && isDue(found.times, this.#settings);
  }

  get #hasValues(): boolean {
    return [...(this.#changes ?? [])].some(([, { text }]) => text !== undefined);
  }

  #nextIdentity(): Identity {
    return (this.#next ??= this.#settings.backend.newIdentity());
  }

  async #save(): Promise<Saved | 'remove' | undefined> {
    const { backend } = this.#settings;
    const { found, misfit, end } = await this.#load();
    const changes = this.#changes ?? new Map<string, Change>();
    if (this.#fate === 'end') {
      const id = (found ?? misfit)?.identity.id ?? end?.id;
      if (id !== undefined) await backend.remove(id);
      if (this.#hasValues) return this.#create(NOTHING);
      return this.#settings.jar.isIn(this.#ctx.request.header('cookie')) ? 'remove' : undefined;
    }
    if (!found) {
      if (!this.#hasValues) return undefined;
      return end && this.#isLate(end) ? this.#dropped : this.#create(NOTHING);
    }
    const data = applyChanges(found.data, changes);
    if (data !== found.data) await assertAccepted(this.#settings.schema, data);
    if (this.#fate === 'replace') {
      const saved = await backend.replace(found, this.#nextIdentity(), changes);
      // Two sign-ins at once: the client may have left one of them.
      if (!('at' in saved)) return saved;
      return isOvertaken(saved) ? this.#create(found.data) : this.#dropped;
    }
    if (data === found.data && !this.#isDue) return undefined;
    const saved = await backend.update(found, changes);
    return 'at' in saved ? this.#dropped : saved;
  }

  async #create(base: Data): Promise<Saved> {
    const data = applyChanges(base, this.#changes ?? new Map());
    await assertAccepted(this.#settings.schema, data);
    return this.#settings.backend.create(this.#nextIdentity(), data);
  }

  /** Whether the session has ended since the request began, or the client has a newer cookie, which must stay. */
  #isLate(end: End): boolean {
    return isOvertaken(end) ? this.#fate === 'keep' : this.#began < end.at;
  }

  /** No cookie, since the session has ended. */
  get #dropped(): undefined {
    if (this.#changes) {
      this.#ctx.log.warn(
        'Changes to a session were dropped: it had ended, or got another id, in the meantime.',
      );
    }
    return undefined;
  }

  async #load(): Promise<Loaded> {
    return this.#loaded ?? (this.#loaded = await (this.#loading ??= this.#find()));
  }

  async #find(): Promise<Loaded> {
    const { backend, jar, schema, storeTimeout } = this.#settings;
    const given = jar.read(this.#ctx.request.header('cookie'));
    const nothing = { found: undefined, values: NOTHING };
    if (given.length === 0) return nothing;
    const found = await new Deadline(storeTimeout).waitFor(backend.find(given));
    if (!found) return nothing;
    if ('at' in found) return { ...nothing, end: found };
    const values = await valuesOf(schema, found.data);
    if (values) return { found, values };
    this.#ctx.log.debug('The data of a session does not fit its schema any more. It is ignored.');
    return { ...nothing, misfit: found };
  }

  /** Before a change. */
  #open(): void {
    const { response, log } = this.#ctx;
    if (this.#closed || response.sent) throw changedTooLate();
    if (this.#isWritten) return;
    response.onFinish(({ aborted }) => {
      if (this.#closed || aborted) return;
      log.warn('Changes to a session were lost: no hooks run for answers through `raw` and for tunnels.');
    });
  }
}
