/** What a `Cache-Control` says. A directive without a value is `true`. */
export class CacheControl {
  static readonly NONE: CacheControl = new CacheControl(new Map());
  readonly #directives: ReadonlyMap<string, string | true>;

  constructor(directives: ReadonlyMap<string, string | true>) {
    this.#directives = directives;
  }

  /** Reads a header (RFC 9111 section 5.2). Of a directive that is given twice, the first counts. */
  static parse(text: string | undefined): CacheControl {
    if (text === undefined || text === '') return CacheControl.NONE;
    const known = parsed.get(text);
    if (known) return known;
    const directives = new CacheControl(readDirectives(text));
    // There are few different ones, unless clients make them up.
    if (parsed.size >= 256) parsed.clear();
    if (text.length <= 256) parsed.set(text, directives);
    return directives;
  }

  has(name: string): boolean {
    return this.#directives.has(name);
  }

  /** The directive applies to the whole answer, and not to named headers only. */
  isWhole(name: string): boolean {
    return this.#directives.has(name) && this.namesIn(name).length === 0;
  }

  /** The headers that the directive names: `no-cache="x-user"`. In lower case. */
  namesIn(name: string): string[] {
    const value = this.#directives.get(name);
    if (value === undefined || value === true) return [];
    return value
      .toLowerCase()
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  }

  /**
   * Seconds. A value that is not a whole number is 0, so that an answer is stale sooner rather than later (RFC 9111 section
   * 4.2.1); undefined if the directive is missing.
   */
  seconds(name: string): number | undefined {
    const value = this.#directives.get(name);
    if (value === undefined) return undefined;
    if (value === true || !/^\d+$/.test(value)) return 0;
    // RFC 9111 section 1.2.2: what is larger means "for ever".
    return Math.min(Number(value), 2 ** 31);
  }
}

const parsed = new Map<string, CacheControl>();

// A pattern of its own: as a part of the next one, it would be read again from each comma of a long row of them.
const SEPARATORS = /[\s,]*/y;
// A token, and what follows its `=`: a quoted text, or what ends at the next comma.
const DIRECTIVE = /([^\s,=;"]+)(?:=(?:"((?:[^"\\]|\\.)*)"([^,]*)|([^,]*)))?([^,]*)/y;

function readDirectives(text: string): Map<string, string | true> {
  const directives = new Map<string, string | true>();
  let at = 0;
  while (at < text.length) {
    SEPARATORS.lastIndex = at;
    SEPARATORS.test(text);
    DIRECTIVE.lastIndex = SEPARATORS.lastIndex;
    const match = DIRECTIVE.exec(text);
    if (!match) {
      // What can't be read ends at the next comma.
      const comma = text.indexOf(',', SEPARATORS.lastIndex);
      if (comma === -1) break;
      at = comma + 1;
      continue;
    }
    at = DIRECTIVE.lastIndex;
    const [, token = '', quoted, tail = '', plain, rest = ''] = match;
    const name = token.toLowerCase();
    if (directives.has(name)) continue;
    const value = quoted === undefined ? plain?.trim() : quoted.replaceAll(/\\(.)/g, '$1') + tail.trim();
    // `max-age =1` has no value that counts.
    directives.set(name, value ?? (rest.trim() === '' ? true : rest.trim()));
  }
  return directives;
}
