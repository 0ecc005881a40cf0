import { decodeEntities } from './escape.ts';
import { positionIn } from './script-position.ts';
import { isFixed, isScriptScheme, type UrlKind } from './urls.ts';

/** What the value of an attribute is to the browser. */
export type AttributeKind = 'text' | 'words' | 'script' | 'style' | UrlKind;

/** An attribute with values in it. */
export interface Attribute {
  readonly name: string;
  readonly kind: AttributeKind;
  /** What the template has around the values: one more than there are values. Encoded for double quotes. */
  readonly pieces: readonly string[];
  /** What it begins with: name, quote and the first piece. */
  readonly start: string;
  /** The pieces without entities. */
  readonly plain: readonly string[];
  /** Whether there is nothing but one value. */
  readonly isWhole: boolean;
  /** For messages: `<a href>`. */
  readonly where: string;
}

/** An attribute as it is found in a tag. */
export interface FoundAttribute {
  readonly name: string;
  readonly quote: string;
  readonly pieces: readonly string[];
}

/** A tag as it is found. */
export interface FoundTag {
  readonly name: string;
  /** The values of its attributes, by lower-case name; undefined for one that has values in it. */
  readonly attributes: ReadonlyMap<string, string | undefined>;
}

const LINKS = new Set([
  'action',
  'archive',
  'attributionsrc',
  'background',
  'cite',
  'classid',
  'codebase',
  'data',
  'dynsrc',
  'formaction',
  'href',
  'icon',
  'longdesc',
  'lowsrc',
  'manifest',
  'poster',
  'profile',
  'src',
  'usemap',
]);
const LISTS = new Set(['ping', 'srcset', 'imagesrcset']);
// These are not there or missing, but `true` or `false`.
const WORDS =
  /^(?:aria-(?:atomic|busy|checked|current|disabled|expanded|haspopup|hidden|invalid|modal|multi\w+|pressed|readonly|required|selected)|contenteditable|draggable|spellcheck|writingsuggestions)$/;
const ANIMATION = /^(?:animate.*|set|discard)$/;
const CODE_RELATION =
  /\b(?:stylesheet|preload|modulepreload|prefetch|import|manifest|serviceworker|expect)\b/i;

/** Says what an attribute is. @returns in words, why no value is safe there */
export function attributeOf(tag: FoundTag, { name, quote, pieces }: FoundAttribute): Attribute | string {
  const plain = pieces.map(decodeEntities);
  const where = `<${tag.name} ${name}>`;
  const written = quote === "'" ? pieces.map((piece) => piece.replaceAll('"', '&quot;')) : pieces;
  const attribute = (kind: AttributeKind): Attribute => ({
    name,
    kind,
    start: ` ${name}="${written[0] ?? ''}`,
    pieces: written,
    plain,
    isWhole: pieces.length === 2 && pieces[0] === '' && pieces[1] === '',
    where,
  });
  const lower = name.toLowerCase();
  const local = lower.slice(lower.lastIndexOf(':') + 1);
  if (lower.startsWith('on')) return scriptProblem(plain, where) ?? attribute('script');
  if (lower === 'style') return attribute('style');
  if (lower === 'srcdoc') return `${where} is a whole page. Serve that at a path of its own, and use src.`;
  if (lower === 'http-equiv') return `${where} decides what the tag does. Write it in the template.`;
  if (lower === 'content' && tag.name === 'meta' && tag.attributes.has('http-equiv')) {
    return `${where} with http-equiv can send visitors elsewhere. Set a header of the answer instead.`;
  }
  if (ANIMATION.test(tag.name) && /^(?:attributename|to|from|by|values|href)$/.test(local)) {
    return `${where} can change any attribute, also one with an address. Write it in the template.`;
  }
  if (WORDS.test(lower)) return attribute('words');
  const kind = urlKindOf(tag, lower, local);
  if (kind === undefined) return attribute('text');
  const start = plain[0] ?? '';
  if (isScriptScheme(start)) {
    return `${where} begins with ${JSON.stringify(start)}, which runs what follows. Use an event handler with json().`;
  }
  return attribute(isFixed(start, kind) ? 'text' : kind);
}

function urlKindOf(tag: FoundTag, name: string, local: string): UrlKind | undefined {
  if (LISTS.has(name)) return 'list';
  if (!LINKS.has(local)) return undefined;
  if (name === 'data' && tag.name !== 'object') return undefined;
  if (tag.name === 'script' || tag.name === 'base') return 'code';
  if (tag.name === 'link' && local === 'href') {
    const relation = tag.attributes.get('rel');
    // `rel` may be a value.
    return relation === undefined || CODE_RELATION.test(relation) ? 'code' : 'link';
  }
  return 'link';
}

function scriptProblem(plain: readonly string[], where: string): string | undefined {
  let script = '';
  for (const piece of plain.slice(0, -1)) {
    script += piece;
    const position = positionIn(script);
    if (position !== 'code') return inPosition(where, position);
    // Any value: what matters is that something was there.
    script += '0';
  }
  return undefined;
}

/** What is wrong with a value in a string, a comment and the like. */
export function inPosition(where: string, position: string): string {
  return `In ${where}, the value is in ${position}, which it could end. Write json(value) where JavaScript has a value, without quotes.`;
}
