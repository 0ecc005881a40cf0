import { type Attribute, attributeOf, type FoundAttribute, inPosition } from './attributes.ts';
import { decodeEntities, withoutNul } from './escape.ts';
import { ADVICE, type State, WHERE } from './reading.ts';
import { positionIn } from './script-position.ts';
import { misuse } from './values.ts';

/** Where a value stands. An attribute may have several. */
export type Hole = 'text' | 'plain text' | 'script' | 'style' | Attribute;

/** What a template is, known before it has values. */
export interface Plan {
  readonly start: string;
  readonly holes: readonly { readonly hole: Hole; readonly after: string }[];
}

const plans = new WeakMap<readonly string[], Plan>();

/** The plan of a template. It is made once. @throws BlaizeError `ERR_BLAIZE_TEMPLATE` for a value where none is safe */
export function planOf(strings: TemplateStringsArray): Plan {
  let plan = plans.get(strings);
  if (!plan) plans.set(strings, (plan = new Planner(strings).plan()));
  return plan;
}

// Their content is text to the browser, whatever it looks like.
const RAW = /^(?:script|style|title|textarea|xmp|iframe|noembed|noframes|plaintext)$/;
const SPACE = /[\t\n\f\r ]/;

/** Reads the text of a template as a browser would, as far as it matters for its values. */
class Planner {
  readonly #strings: TemplateStringsArray;
  readonly #literals: string[] = [''];
  readonly #holes: (Hole | FoundAttribute)[] = [];
  #state: State = 'text';
  /** The tag that is being read, or was read last. */
  #tag = '';
  #attributes = new Map<string, string | undefined>();
  /** The holes of the tag that is being read: what they are depends on all of it. */
  #open: number[] = [];
  #name = '';
  #quote = '';
  /** The text of the value around its holes. */
  #pieces: string[] = [];
  /** Where the attribute begins in the last literal. */
  #from = 0;
  /** The content of a raw element, a comment or a declaration. */
  #content = '';
  /** Whether a tag has just ended. */
  #isFresh = false;
  /** Which string is being read. */
  #index = 0;

  constructor(strings: TemplateStringsArray) {
    this.#strings = strings;
  }

  plan(): Plan {
    for (const [index, string] of this.#strings.entries()) {
      this.#index = index;
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it is undefined for an invalid escape
      if (string === undefined) throw this.#problem('It has an escape sequence that is not valid');
      const text = withoutNul(string);
      for (let at = 0; at < text.length; at++) this.#read(text, at);
      if (index < this.#strings.length - 1) this.#hole(this.#strings[index + 1] ?? '');
    }
    if (this.#state !== 'text') {
      const where = this.#state === 'raw' ? `<${this.#tag}>` : WHERE[this.#state];
      throw this.#problem(`It ends in the middle of ${where}`);
    }
    const [start = '', ...rest] = this.#literals;
    return { start, holes: rest.map((after, index) => ({ hole: this.#holes[index] as Hole, after })) };
  }

  #hole(next: string): void {
    switch (this.#state) {
      case 'text':
        // Browsers drop the first line break here, which may be one of the value.
        if (this.#isFresh && /^(?:pre|listing)$/.test(this.#tag)) this.#add('\n');
        this.#isFresh = false;
        return this.#push('text');
      case 'raw':
        return this.#rawHole();
      case 'before value':
        if (!/^(?:[\t\n\f\r >]|\/>)/.test(next)) throw this.#problem('Put quotes around the attribute');
        this.#pieces = [''];
        this.#addToValue();
        // The next character ends it.
        this.#quote = '';
        this.#state = 'bare value';
        return;
      case 'value':
        return this.#addToValue();
      case 'bare value':
        throw this.#problem('Put quotes around the attribute');
      default:
        throw this.#problem(
          `There is a value in ${WHERE[this.#state]}, where none is safe${ADVICE[this.#state] ?? ''}`,
        );
    }
  }

  #rawHole(): void {
    const tag = this.#tag;
    // Together with the value, it could be the end of the element.
    if (/<\/?[a-z]*$/i.test(this.#content)) throw this.#problem(`There is a value after "<" in <${tag}>`);
    if (tag === 'script') {
      const position = positionIn(this.#content);
      if (position !== 'code') throw this.#problem(inPosition('<script>', position));
      this.#content += '0';
      return this.#push('script');
    }
    if (tag === 'style') return this.#push('style');
    if (tag !== 'title' && tag !== 'textarea')
      throw this.#problem(`There is a value in <${tag}>, where none is safe`);
    if (tag === 'textarea' && this.#content === '') this.#add('\n');
    this.#content += ' ';
    this.#push('plain text');
  }

  #push(hole: Hole): void {
    this.#holes.push(hole);
    this.#literals.push('');
  }

  #add(text: string): void {
    const last = this.#literals.length - 1;
    this.#literals[last] = `${this.#literals[last]}${text}`;
  }

  #addToValue(): void {
    if (this.#pieces.length === 1) {
      // From now on, the attribute is written with its values.
      const literal = this.#literals.at(-1) ?? '';
      this.#literals[this.#literals.length - 1] = literal.slice(0, this.#from);
    }
    this.#pieces.push('');
  }

  #endValue(): void {
    const pieces = this.#pieces;
    const name = this.#name.toLowerCase();
    const isFirst = !this.#attributes.has(name);
    if (pieces.length === 1) {
      if (isFirst) this.#attributes.set(name, decodeEntities(pieces[0] ?? ''));
      return;
    }
    if (isFirst) this.#attributes.set(name, undefined);
    this.#open.push(this.#holes.length);
    this.#holes.push({ name: this.#name, quote: this.#quote, pieces });
    this.#literals.push('');
  }

  #endTag(): void {
    for (const index of this.#open) {
      const tag = { name: this.#tag, attributes: this.#attributes };
      const attribute = attributeOf(tag, this.#holes[index] as FoundAttribute);
      if (typeof attribute === 'string') throw this.#problem(attribute);
      this.#holes[index] = attribute;
    }
    this.#open = [];
    this.#content = '';
    this.#isFresh = true;
    this.#state = RAW.test(this.#tag) ? 'raw' : 'text';
  }

  /** Reads one character. What ends a state may be the start of the next, and is then read again. */
  #read(text: string, at: number): void {
    const character = text[at] as string;
    const isValue = this.#state === 'value' || this.#state === 'bare value';
    if (isValue) return this.#readValue(character);
    this.#add(character);
    switch (this.#state) {
      case 'text':
        this.#isFresh = false;
        if (character === '<') this.#readOpening(text.slice(at + 1, at + 3), at + 1 === text.length);
        return;
      case 'tag name':
        if (SPACE.test(character) || character === '/') this.#state = 'tag';
        else if (character === '>') this.#endTag();
        else this.#tag += character.toLowerCase();
        return;
      case 'end tag':
        if (character === '>') this.#state = 'text';
        return;
      case 'tag':
        if (character === '>') this.#endTag();
        else if (!SPACE.test(character) && character !== '/') this.#beginName(character);
        return;
      case 'attribute name':
      case 'after name':
        return this.#readName(character);
      case 'before value':
        if (SPACE.test(character)) return;
        if (character === '>') return this.#endTag();
        this.#pieces = [''];
        if (character === '"' || character === "'") {
          this.#quote = character;
          this.#state = 'value';
        } else {
          this.#quote = '';
          this.#state = 'bare value';
          this.#pieces[0] = character;
        }
        return;
      default:
        this.#content += character;
        if (this.#isOver(text, at)) this.#state = 'text';
    }
  }

  #readOpening(next: string, isLast: boolean): void {
    if (isLast && this.#index < this.#strings.length - 1) {
      throw this.#problem('There is a value in the name of a tag, where none is safe');
    }
    const first = next[0] ?? '';
    if (/[a-z]/i.test(first)) {
      this.#tag = '';
      this.#attributes = new Map();
      this.#state = 'tag name';
    } else if (first === '/' && /[a-z]/i.test(next[1] ?? '')) this.#state = 'end tag';
    else if (first === '/' && next.length === 1 && this.#index < this.#strings.length - 1)
      this.#state = 'end tag';
    else if (first === '!' || first === '?' || first === '/') {
      this.#content = '';
      this.#state = 'declaration';
    }
  }

  #beginName(character: string): void {
    this.#name = character;
    // With the space before it.
    this.#from = (this.#literals.at(-1) ?? '').length - 1;
    const literal = this.#literals.at(-1) ?? '';
    if (SPACE.test(literal[this.#from - 1] ?? '')) this.#from -= 1;
    this.#state = 'attribute name';
  }

  #readName(character: string): void {
    if (character === '=') this.#state = 'before value';
    else if (character === '>' || character === '/') {
      this.#setEmpty();
      if (character === '>') this.#endTag();
      else this.#state = 'tag';
    } else if (SPACE.test(character)) this.#state = 'after name';
    else if (this.#state === 'after name') {
      this.#setEmpty();
      this.#beginName(character);
    } else this.#name += character;
  }

  #setEmpty(): void {
    const name = this.#name.toLowerCase();
    if (!this.#attributes.has(name)) this.#attributes.set(name, '');
  }

  #readValue(character: string): void {
    const isQuoted = this.#state === 'value';
    const hasHoles = this.#pieces.length > 1;
    // `<path d=${path}/>`: the value gets quotes, so the slash is not part of it.
    const isEnd = isQuoted
      ? character === this.#quote
      : SPACE.test(character) || character === '>' || (hasHoles && character === '/');
    if (!isEnd) {
      const last = this.#pieces.length - 1;
      this.#pieces[last] = `${this.#pieces[last]}${character}`;
      if (!hasHoles) this.#add(character);
      return;
    }
    this.#endValue();
    this.#state = 'tag';
    if (!isQuoted || !hasHoles) this.#add(character);
    if (!isQuoted && character === '>') this.#endTag();
  }

  /** Whether the content of a comment, a declaration or a raw element ends with this character. */
  #isOver(text: string, at: number): boolean {
    const content = this.#content;
    if (this.#state === 'declaration') {
      if (content === '!--') {
        this.#content = '';
        this.#state = 'comment';
        return false;
      }
      return content.startsWith('![CDATA[') ? content.endsWith(']]>') : content.endsWith('>');
    }
    if (this.#state === 'comment') return /^-?>$|--!?>$/.test(content);
    const next = text[at + 1];
    const end = `</${this.#tag}`;
    const isEnd =
      content.slice(-end.length).toLowerCase() === end && (next === undefined || /[\t\n\f\r />]/.test(next));
    if (!isEnd) return false;
    if (this.#tag === 'script' && content.includes('<!--')) {
      throw this.#problem('There is "<!--" in <script>, which changes where that ends');
    }
    this.#state = 'end tag';
    return false;
  }

  #problem(what: string): Error {
    const before = (this.#strings[this.#index] ?? '').replaceAll(/\s+/g, ' ').slice(-60);
    const dot = what.endsWith('.') ? '' : '.';
    return misuse(`A template can't be used. ${what}${dot} It is after: ${before}`);
  }
}
