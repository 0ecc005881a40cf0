import { titleOf } from '@blaizejs/errors/internal';

import { FacadeResponse } from './facade-response.ts';
import type { ConnectCookieOptions } from './types.ts';

const TYPES: Readonly<Record<string, string>> = {
  bin: 'application/octet-stream',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  text: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
};

type HeaderInput = string | number | readonly string[];

/** With what Express adds to responses, as far as middleware uses it. */
export class ExpressResponse extends FacadeResponse {
  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  sendStatus(code: number): this {
    return this.status(code).type('text').send(titleOf(code));
  }

  set(name: string | Readonly<Record<string, unknown>>, value?: unknown): this {
    if (typeof name === 'string') return this.setHeader(name, value as HeaderInput);
    for (const [each, given] of Object.entries(name)) this.setHeader(each, given as HeaderInput);
    return this;
  }

  header(name: string | Readonly<Record<string, unknown>>, value?: unknown): this {
    return this.set(name, value);
  }

  get(name: string): string | string[] | undefined {
    return this.getHeader(name);
  }

  append(name: string, value: string | readonly string[]): this {
    return this.appendHeader(name, value);
  }

  vary(name: string | readonly string[]): this {
    return this.appendHeader('vary', name);
  }

  type(type: string): this {
    return this.setHeader(
      'content-type',
      type.includes('/') ? type : (TYPES[type] ?? 'application/octet-stream'),
    );
  }

  contentType(type: string): this {
    return this.type(type);
  }

  /** Characters that a header can't contain, such as line breaks, are percent-encoded. */
  location(url: string): this {
    return this.setHeader('location', url.toWellFormed().replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent));
  }

  redirect(first: string | number, second?: string | number): void {
    const [status, url] =
      typeof first === 'number' ? [first, second] : [(second as number | undefined) ?? 302, first];
    this.status(status).location(String(url)).type('text');
    this.end(`${titleOf(status)}. Redirecting to ${String(this.getHeader('location'))}`);
  }

  cookie(name: string, value: unknown, options: ConnectCookieOptions = {}): this {
    const { maxAge, sameSite, httpOnly = false, secure = false, ...others } = options;
    const text = typeof value === 'object' && value !== null ? `j:${JSON.stringify(value)}` : String(value);
    return this.addCookie(name, text, {
      ...others,
      httpOnly,
      secure,
      ...(maxAge !== undefined && {
        maxAge: Math.floor(maxAge / 1000),
        expires: new Date(Date.now() + maxAge),
      }),
      ...(sameSite && { sameSite: sameSite === true ? 'strict' : sameSite }),
    });
  }

  clearCookie(name: string, options: ConnectCookieOptions = {}): this {
    return this.cookie(name, '', { ...options, maxAge: undefined, expires: new Date(1) });
  }

  json(value?: unknown): this {
    if (!this.hasHeader('content-type')) this.type('json');
    return this.end(JSON.stringify(value));
  }

  /** A text is HTML unless a type was set, as in Express. */
  send(body?: unknown): this {
    if (body === undefined || body === null) return this.end();
    if (typeof body === 'string') {
      if (!this.hasHeader('content-type')) this.type('html');
      return this.end(body);
    }
    if (body instanceof Uint8Array) {
      if (!this.hasHeader('content-type')) this.type('bin');
      return this.end(body);
    }
    return this.json(body);
  }
}
