import { BlaizeError } from '@blaizejs/errors';
import type { HookContext } from '@blaizejs/types';

import type { Flash } from '../flash.ts';
import type { FlashJar, FlashMessage, Kept } from './jar.ts';

const MAX_KIND = 40;

/** The messages of one request. */
export class RequestFlash implements Flash {
  readonly #jar: FlashJar;
  readonly #ctx: HookContext;
  readonly #cookies: string | undefined;
  #kept: readonly Kept[] | undefined;
  /** Added here, and not taken. */
  #added: FlashMessage[] = [];
  #taken: FlashMessage[] | undefined;
  /** Those of the taken messages that were added here. */
  #own: FlashMessage[] = [];
  #isOver = false;

  constructor(jar: FlashJar, ctx: HookContext) {
    this.#jar = jar;
    this.#ctx = ctx;
    this.#cookies = ctx.request.header('cookie');
  }

  add(kind: string, text: string): void {
    this.#assertOpen();
    if (typeof kind !== 'string' || typeof text !== 'string' || kind === '' || kind.length > MAX_KIND) {
      throw invalid(`add() takes a kind of 1 to ${MAX_KIND} characters and a text.`);
    }
    const message = { kind: kind.toWellFormed(), text: text.toWellFormed() };
    if (!this.#jar.fits([...this.#own, ...this.#added, message])) {
      throw invalid(
        'The messages of an answer must fit into about 1,000 bytes. Show longer ones on the page itself.',
      );
    }
    this.#added.push(message);
  }

  take(): readonly FlashMessage[] {
    this.#assertOpen();
    const before = this.#taken === undefined ? this.#read().flatMap(({ messages }) => messages) : [];
    const taken = [...before, ...this.#added];
    (this.#taken ??= []).push(...taken);
    this.#own.push(...this.#added);
    this.#added = [];
    return taken;
  }

  /** Keeps what was not shown, and removes what was. */
  finish(ctx: HookContext): void {
    // It may be in the chain twice.
    if (this.#isOver) return;
    this.#isOver = true;
    const { response, request } = ctx;
    if (this.#taken) response.append('vary', 'Cookie');
    const status = response.statusCode;
    const isFault =
      status >= 500 || (response.get('content-type') ?? '').startsWith('application/problem+json');
    const isShown =
      this.#taken !== undefined && !isFault && request.method !== 'HEAD' && (status < 300 || status > 399);
    // What was said before something failed is not true any more.
    const rest = isFault ? [] : isShown ? this.#added : [...this.#own, ...this.#added];
    const kept = isShown || rest.length > 0 ? this.#read() : [];
    if (isShown) this.#jar.remove(ctx, kept);
    if (rest.length > 0) this.#jar.set(ctx, rest, isShown ? [] : kept);
    if (rest.length > 0 || (isShown && (kept.length > 0 || this.#own.length > 0))) forbidStoring(ctx);
  }

  #read(): readonly Kept[] {
    return (this.#kept ??= this.#jar.read(this.#cookies));
  }

  #assertOpen(): void {
    if (this.#isOver || this.#ctx.response.sent) {
      throw invalid(
        'The answer was already sent. Add and take messages earlier: before a streamed page begins.',
      );
    }
  }
}

/** The page has a message for one client, once: nobody may keep it, or be told that it has not changed. */
function forbidStoring({ response }: HookContext): void {
  response.header('cache-control', 'no-store').header('etag', undefined).header('last-modified', undefined);
}

function invalid(message: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_FLASH', message);
}
