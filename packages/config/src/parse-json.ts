import { placeKey } from './layer.ts';
import type { Parsed } from './parsed.ts';

const MAX_DEPTH = 64;

/**
 * Parses JSON. Unlike `JSON.parse()`, it knows the line of each value, refuses a key that is there twice, and its
 * messages show nothing of the text.
 */
export function parseJson(text: string): Parsed {
  const reader = new JsonReader(text);
  try {
    return { values: reader.read(), lines: reader.lines };
  } catch (error) {
    if (!(error instanceof WrongJson)) throw error;
    return { problems: [{ line: error.line, message: error.message }] };
  }
}

class WrongJson extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

class JsonReader {
  readonly lines = new Map<string, number>();
  readonly #text: string;
  readonly #path: string[] = [];
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#wrong('expected the end of the file');
    return value;
  }

  #value(): unknown {
    if (this.#path.length > MAX_DEPTH) throw this.#wrong(`expected at most ${MAX_DEPTH} levels`);
    const key = placeKey(this.#path);
    if (!this.lines.has(key)) this.lines.set(key, this.#line);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object();
    if (first === '[') return this.#list();
    if (first === '"') return this.#string();
    const literal = this.#match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?/iy);
    if (literal === undefined) throw this.#wrong('expected a value');
    try {
      return JSON.parse(literal) as unknown;
    } catch {
      throw this.#wrong('expected a value');
    }
  }

  #object(): unknown {
    const entries = new Map<string, unknown>();
    this.#items('}', () => {
      if (this.#text[this.#at] !== '"') throw this.#wrong('expected a key in double quotes');
      const line = this.#line;
      const key = this.#string();
      if (entries.has(key)) throw this.#wrong('this key is there twice');
      this.#skipSpace();
      this.#expect(':');
      this.#path.push(key);
      this.lines.set(placeKey(this.#path), line);
      entries.set(key, this.#value());
      this.#path.pop();
    });
    return Object.fromEntries(entries);
  }

  #list(): unknown {
    const list: unknown[] = [];
    this.#items(']', () => {
      this.#path.push(String(list.length));
      list.push(this.#value());
      this.#path.pop();
    });
    return list;
  }

  #items(end: string, read: () => void): void {
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      read();
      this.#skipSpace();
      if (this.#text[this.#at] === end) break;
      this.#expect(',');
    }
    this.#at++;
  }

  #string(): string {
    const literal = this.#match(/"(?:[^"\\\n]|\\.)*"/y);
    if (literal === undefined) throw this.#wrong('a text does not end');
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw this.#wrong('a text has an escape or a character that JSON does not allow');
    }
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#wrong(`expected ${character}`);
    this.#at++;
    this.#skipSpace();
  }

  #skipSpace(): void {
    const space = this.#match(/[ \t\r\n]+/y) ?? '';
    for (const character of space) if (character === '\n') this.#line++;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #wrong(message: string): WrongJson {
    return new WrongJson(message, this.#line);
  }
}
