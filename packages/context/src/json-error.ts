const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * Where a text stops being JSON, in words: `unexpected character at line 1, column 7`. Says nothing of the text, which may have
 * secrets. The parser's own message quotes it.
 */
export function jsonErrorIn(text: string): string {
  const at = new Reader(text).read();
  if (at >= text.length) return 'it ends too early';
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `unexpected character at line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

/** Reads JSON (RFC 8259) up to its first error. Does not recurse: the text may be nested deeply. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The index of the first character that does not fit; the length of the text if one is missing. */
  read(): number {
    const open: ('[' | '{')[] = [];
    let wants: 'value' | 'value or end' | 'name' | 'name or end' | 'rest' = 'value';
    for (;;) {
      this.#match(SPACE);
      const next = this.#text[this.#at];
      const inner = open.at(-1);
      if (next === undefined || (wants === 'rest' && inner === undefined)) return this.#at;
      if (wants === 'rest' || ((wants === 'name or end' || wants === 'value or end') && isClosing(next))) {
        if (next === (inner === '{' ? '}' : ']')) {
          open.pop();
          wants = 'rest';
        } else if (next === ',' && wants === 'rest') wants = inner === '{' ? 'name' : 'value';
        else return this.#at;
        this.#at += 1;
      } else if (wants === 'name' || wants === 'name or end') {
        if (next !== '"' || !this.#string()) return this.#at;
        this.#match(SPACE);
        if (this.#text[this.#at] !== ':') return this.#at;
        this.#at += 1;
        wants = 'value';
      } else if (next === '{' || next === '[') {
        open.push(next);
        wants = next === '{' ? 'name or end' : 'value or end';
        this.#at += 1;
      } else {
        if (!(next === '"' ? this.#string() : this.#match(NUMBER) || this.#match(WORD))) return this.#at;
        wants = 'rest';
      }
    }
  }

  #match(token: RegExp): boolean {
    token.lastIndex = this.#at;
    if (!token.test(this.#text)) return false;
    this.#at = token.lastIndex;
    return true;
  }

  #string(): boolean {
    this.#at += 1;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      // NaN at the end of the text, and control characters.
      if (!(code >= 0x20)) return false;
      if (code === 0x5c) {
        if (!this.#match(ESCAPE)) return false;
      } else {
        this.#at += 1;
        if (code === 0x22) return true;
      }
    }
  }
}

function isClosing(character: string): boolean {
  return character === '}' || character === ']';
}
