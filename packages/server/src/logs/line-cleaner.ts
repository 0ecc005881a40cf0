import { createRedaction, type Redaction } from '@blaizejs/app/internal';

// Terminals obey C1 controls, which JSON does not escape. Some readers take U+2028 for the end of a line, and characters that
// change the direction of text hide what a line says (CVE-2021-42574).
const CONTROLS = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

// Paths, route patterns, numbers, ids and words; and addresses. Only a JSON Web Token could be one of these.
const PLAIN = /^[\w.*-]*(?:\/:?[\w.*-]*)*$|^[\da-f:.]+$/i;
const PLAIN_BINDINGS = /^(?:,"(?:correlationId|trace_id|span_id|trace_flags)":"[\w.-]*")*$/;
const JWT = 'eyJ';
const MAX_NAMES = 500;

/**
 * Removes credentials from lines of pino, and writes out control characters.
 *
 * Reading a line takes longer than writing it, and most lines need no change. So what is about to be logged is looked at
 * first: plain values under names that are known to be harmless need no second look.
 */
export class LineCleaner {
  readonly #redaction: Redaction | undefined;
  readonly #names = new Map<string, boolean>();
  #base: string | undefined;
  #bindings = '';
  #bindingsAreClear = false;
  #isClear = false;

  /** @param names further names of fields to redact; `false` to redact nothing */
  constructor(names: readonly string[] | false) {
    this.#redaction = names === false ? undefined : createRedaction(names);
  }

  /**
   * Looks at what the next line will be made of.
   *
   * @param args the arguments of the log method
   * @param bindings JSON that pino adds to the line
   * @param hasMore whether something else will be added
   */
  expect(args: readonly unknown[], bindings: unknown, hasMore: boolean): void {
    const [first, message, ...rest] = args;
    this.#isClear =
      !hasMore &&
      rest.length === 0 &&
      (typeof first === 'string'
        ? message === undefined && this.#isClearText(first)
        : this.#isClearObject(first) && (message === undefined || this.#isClearText(message))) &&
      this.#areClearBindings(bindings);
  }

  /** Returns the line as it may be written. */
  clean(line: string): string {
    const isClear = this.#isClear;
    // A value's toJSON() may write a line in the middle of another one.
    this.#isClear = false;
    if (isClear) return line;
    const redacted = this.#redaction ? this.#redaction.line(line) : line;
    return redacted.search(CONTROLS) === -1 ? redacted : redacted.replaceAll(CONTROLS, escaped);
  }

  #isClearObject(value: unknown): boolean {
    // pino turns errors and requests into other objects.
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return false;
    if ('toJSON' in value) return false;
    for (const name in value) {
      const field = (value as Record<string, unknown>)[name];
      if (field === undefined) continue;
      if (!this.#isClearName(name)) return false;
      const type = typeof field;
      if (type === 'number' || type === 'boolean') continue;
      if (!this.#isClearText(field)) return false;
    }
    return true;
  }

  #isClearName(name: string): boolean {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const isClear = PLAIN.test(name) && name !== 'value' && this.#redaction?.isField(name) !== true;
    if (this.#names.size < MAX_NAMES) this.#names.set(name, isClear);
    return isClear;
  }

  #isClearText(text: unknown): boolean {
    if (typeof text !== 'string') return false;
    if (PLAIN.test(text)) return !text.includes(JWT);
    return text.search(CONTROLS) === -1 && this.#redaction?.isSuspect(text) !== true;
  }

  #areClearBindings(bindings: unknown): boolean {
    if (typeof bindings !== 'string') return false;
    if (bindings === this.#bindings) return this.#bindingsAreClear;
    // What every line has, the host's name for one, is looked at once.
    const base = (this.#base ??= this.#lookAt(bindings) ? bindings : '');
    const own = bindings.startsWith(base) ? bindings.slice(base.length) : bindings;
    this.#bindings = bindings;
    this.#bindingsAreClear = (PLAIN_BINDINGS.test(own) && !own.includes(JWT)) || this.#lookAt(own);
    return this.#bindingsAreClear;
  }

  #lookAt(json: string): boolean {
    return json.search(CONTROLS) === -1 && this.#redaction?.isSuspect(json) !== true;
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
