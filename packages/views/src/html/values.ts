import { BlaizeError } from '@blaizejs/errors';

import { withoutNul } from './escape.ts';

/** Text that is trusted: see {@link unsafe}. */
export class Unsafe {
  /** Never set: no other object is one. */
  declare readonly '~unsafe': true;
  readonly text: string;

  constructor(text: string) {
    this.text = withoutNul(text);
  }
}

/** A value as JavaScript: see {@link json}. */
export class Json {
  /** Never set: no other object is one. */
  declare readonly '~json': true;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Text that is used as it is: HTML between elements, a script in `<script>`, CSS in `<style>`, and in an attribute an address or
 * a style. **Whoever can write that text controls the page.** Never pass it anything that came from a client, unless a sanitizer
 * has made it safe.
 *
 * ```ts
 * html`<article>${unsafe(sanitize(markdown.render(post.text)))}</article>`;
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_TEMPLATE` if it is not a string
 */
export function unsafe(text: string): Unsafe {
  if (typeof text !== 'string') throw misuse(`unsafe() takes a string, not a value of type ${typeof text}.`);
  return new Unsafe(text);
}

// Its type says that it always returns a text.
const toJson: (value: unknown) => string | undefined = JSON.stringify;

const ESCAPES: Readonly<Record<string, string>> = {
  '<': String.raw`\u003c`,
  '>': String.raw`\u003e`,
  '&': String.raw`\u0026`,
  '\u2028': String.raw`\u2028`,
  '\u2029': String.raw`\u2029`,
};

/**
 * A value for a script: in `<script>`, also of the type `application/json`, and in `on…` attributes. It is written as JSON that
 * can't end the script, whatever is in it.
 *
 * ```ts
 * html`<script nonce=${state.csp.nonce}>start(${json({ user })});</script>`;
 * ```
 *
 * @param value what JSON has
 * @throws BlaizeError `ERR_BLAIZE_TEMPLATE` for what JSON can't represent, such as a function
 */
export function json(value: unknown): Json {
  let text: string | undefined;
  try {
    text = toJson(value);
  } catch (error) {
    throw misuse(`json() can't write that value: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text === undefined) throw misuse(`json() can't write a value of type ${typeof value}.`);
  return new Json(text.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? ''));
}

/** The error for a template that has a value where none is safe. */
export function misuse(message: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_TEMPLATE', message);
}
