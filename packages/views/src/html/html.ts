import type { ContextResponse } from '@blaizejs/types';

import { partsOf } from './render.ts';
import { PageStream } from './page-stream.ts';
import { ignore, isPromise } from './later.ts';
import { planOf } from './plan.ts';
import { Template } from './template.ts';
import { type Json, misuse, type Unsafe } from './values.ts';

/** What a template may have between elements; attributes take less. */
export type HtmlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | URL
  | Html
  | Unsafe
  | Json
  | Iterable<HtmlValue>
  | PromiseLike<HtmlValue>
  | AsyncIterable<HtmlValue>;

const TYPE = 'text/html; charset=utf-8';

/**
 * A piece of HTML, or a whole page. A handler returns it: the answer is `text/html`, streamed if it has promises or async
 * iterables in it. As an async iterable, it is the page in chunks.
 */
export interface Html extends AsyncIterable<string> {
  /** The text. @throws BlaizeError `ERR_BLAIZE_TEMPLATE` if it has parts that come later: use {@link renderToString} */
  toString(): string;
  /** Records it as the answer; the framework calls this. */
  '~answer'(response: ContextResponse): void;
}

class Page extends Template implements Html {
  override toString(): string {
    const [text, ...later] = partsOf(this);
    if (later.length === 0) return text as string;
    throw misuse('The page has promises or async iterables in it. Use `await renderToString(page)`.');
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return new PageStream(partsOf(this));
  }

  '~answer'(response: ContextResponse): void {
    const parts = partsOf(this);
    if (response.get('content-type') === undefined) response.type(TYPE);
    const [text] = parts;
    if (parts.length === 1 && typeof text === 'string') response.send(text);
    else response.stream({ [Symbol.asyncIterator]: () => new PageStream(parts) });
  }
}

/**
 * HTML with values. Each value is escaped for the place where it stands: text, an attribute, an address, a script. Where no value
 * is safe, such as in the name of a tag or in a comment, the template is refused.
 *
 * ```ts
 * const page = html`<h1>Hello ${name}</h1><a href=${link}>more</a>${items.map((item) => html`<li>${item}</li>`)}`;
 * ```
 *
 * - Strings, numbers, other `html`, and lists of these are written; `null`, `undefined`, `true` and `false` are nothing.
 * - Promises and async iterables are streamed: what comes before them is sent at once.
 * - If an attribute has only a value that is `null`, `undefined` or `false`, it is left out; with `true`, it is empty.
 * - Scripts take {@link json}; {@link unsafe} takes text that is already HTML.
 *
 * @throws BlaizeError `ERR_BLAIZE_TEMPLATE` for a template with a value where none is safe
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  // A list from JSON has no `raw`: what a client sends is no template.
  if (!Array.isArray(strings) || !Object.hasOwn(strings, 'raw')) {
    throw misuse('html is a tag of a template: html`<p>${text}</p>`.');
  }
  const plan = planOf(strings);
  for (const value of values) if (typeof value === 'object' && value !== null) hold(value);
  return new Page(plan, values);
}

/** A promise may reject before its turn: until then, nobody listens, and that would end the process. */
function hold(value: object): void {
  if (Array.isArray(value)) {
    for (const item of value) if (isPromise(item)) item.then(undefined, ignore);
  } else if (isPromise(value)) value.then(undefined, ignore);
}

/** A page as text, once everything in it is there: for mails, files and tests. */
export async function renderToString(page: Html): Promise<string> {
  let text = '';
  for await (const chunk of page) text += chunk;
  return text;
}
