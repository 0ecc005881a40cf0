import { BlaizeError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import type { ContextResponse, CookieOptions, HeaderFields, HeaderValue } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { cookieLine } from './cookie-line.ts';
import { appendField, createFields, isConnectionField, joinLines, setField } from './header-fields.ts';
import type { RequestContext } from './request-context.ts';

declare const BLAIZE_WITHOUT_HINTS: true | undefined;

const none = /* @__PURE__ */ leftOut('earlyHints()');

type GivenHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The status line and header of a response, before they are sent. */
export class ResponseHead {
  #fields: HeaderFields | undefined;

  protected readonly ctx: RequestContext;
  protected exchange: Exchange;

  constructor(ctx: RequestContext, exchange: Exchange) {
    this.ctx = ctx;
    this.exchange = exchange;
  }

  /** Made when it is first needed: a request that becomes a tunnel needs none. */
  get fields(): HeaderFields {
    return (this.#fields ??= createFields());
  }

  protected get hasFields(): boolean {
    return this.#fields !== undefined;
  }

  /** As for the context. */
  goOn(exchange: Exchange): void {
    this.exchange = exchange;
  }

  get sent(): boolean {
    return this.exchange.responded;
  }

  get raw(): ContextResponse['raw'] {
    return this.exchange.rawResponse;
  }

  get(name: string): string | undefined {
    const value = this.fields[name.toLowerCase()];
    return value === undefined ? undefined : joinLines(value);
  }

  header(name: string, value: HeaderValue): this {
    this.assertOpen('header');
    if (value === undefined) delete this.fields[name.toLowerCase()];
    else setField(this.fields, name, value, this.exchange.protocol);
    return this;
  }

  headers(): Readonly<HeaderFields>;
  headers(fields: Readonly<Record<string, HeaderValue>>): this;
  headers(fields?: Readonly<Record<string, HeaderValue>>): Readonly<HeaderFields> | this {
    if (!fields) return this.fields;
    for (const name of Object.keys(fields)) this.header(name, fields[name]);
    return this;
  }

  append(name: string, value: string | readonly string[]): this {
    this.assertOpen('header');
    appendField(this.fields, name, value, this.exchange.protocol);
    return this;
  }

  type(contentType: string): this {
    return this.header('content-type', contentType);
  }

  cookie(name: string, value: string | undefined, options: CookieOptions = {}): this {
    return this.append('set-cookie', [cookieLine(name, value, options, this.ctx.request.scheme)]);
  }

  earlyHints(headers?: GivenHeaders): this {
    if (typeof BLAIZE_WITHOUT_HINTS !== 'undefined') return none();
    const { link } = this.fields;
    if (headers) this.exchange.inform(103, this.#fieldsOf(headers));
    else if (link !== undefined) this.exchange.inform(103, { link });
    return this;
  }

  push(path: string, headers: GivenHeaders = {}): boolean {
    if (!/^\/(?![/\\])[\x21\x22\x24-\x7e]*$/.test(path)) {
      throw new TypeError(
        `push() takes a path of this origin, such as /users/1?full=1, not ${JSON.stringify(path)}.`,
      );
    }
    const fields = this.#fieldsOf(headers);
    for (const name of ['accept', 'accept-encoding', 'accept-language']) {
      fields[name] ??= this.ctx.request.header(name);
    }
    return this.exchange.push?.(path, fields) ?? false;
  }

  #fieldsOf(headers: GivenHeaders): HeaderFields {
    const fields = createFields();
    for (const [name, value] of Object.entries(headers)) {
      if (!isConnectionField(name.toLowerCase())) setField(fields, name, value, this.exchange.protocol);
    }
    return fields;
  }

  /** @throws BlaizeError `ERR_BLAIZE_RESPONSE_SENT` */
  protected assertOpen(what: string): void {
    if (this.exchange.responded) {
      throw new BlaizeError(
        'ERR_BLAIZE_RESPONSE_SENT',
        `The ${what} of a response was set after it had been sent. Set it before the handler and all middleware have ended.`,
      );
    }
  }
}
