import { leftOut } from '@blaizejs/errors/internal';

import type { HeadTest, RequestHead } from './constraints.ts';
import { closingParenthesis, formsOf } from './route-pattern.ts';
import { isSafeRegex } from './safe-regex.ts';

declare const BLAIZE_WITHOUT_PARAMETERS: true | undefined;

/** The options of find-my-way that a route table sets. */
export interface SmallRouterOptions {
  readonly caseSensitive: boolean;
  readonly ignoreTrailingSlash?: boolean;
  readonly maxParamLength: number;
  readonly onBadUrl: () => unknown;
  readonly onMaxParamLength: () => unknown;
}

interface Found {
  readonly handler: () => unknown;
  readonly store: unknown;
  readonly params: Record<string, string>;
  readonly searchParams: string;
}

interface Leaf {
  readonly names: readonly string[];
  readonly test: HeadTest | undefined;
  readonly store: unknown;
}

/** The end of a segment, or of a path. */
interface Parameters {
  readonly regex: RegExp | undefined;
  /** The text after its last parameter. */
  readonly suffix: string;
  /** A segment that is longer than both allow is not compared. */
  count: number;
  textLength: number;
}

interface Node {
  text: string;
  readonly isWildcard: boolean;
  readonly parameters: Parameters | undefined;
  readonly leaves: Leaf[];
  /** By the first character of their text, of which no two begin alike. */
  readonly texts: Map<string | undefined, Node>;
  /** In the order in which they are tried. */
  readonly parametric: Node[];
  wildcard: Node | undefined;
}

const RESERVED = /%(?:2[3-6bcf]|3[abdf]|40)/gi;

/**
 * What a route table uses of find-my-way, for bundles, where every kilobyte is loaded before the first request: the same paths
 * lead to the same routes with the same parameters. It generates no code.
 */
export default function smallRouter(options: SmallRouterOptions): SmallRouter {
  return new SmallRouter(options);
}

class SmallRouter {
  readonly #options: SmallRouterOptions;
  readonly #trees = new Map<string, Node>();
  readonly #taken = new Set<string>();

  constructor(options: SmallRouterOptions) {
    this.#options = options;
  }

  /** @throws Error if the pattern is invalid, or already there */
  on(
    method: string,
    pattern: string,
    options: { readonly constraints?: { readonly head: HeadTest } },
    handler: () => unknown,
    store: unknown,
  ): void {
    const [form = '', short] = formsOf(pattern);
    this.#add(method, form, options.constraints?.head, store);
    if (short !== undefined) this.on(method, short, options, handler, store);
  }

  find(method: string, target: string, derived: { readonly head: RequestHead } | undefined): Found | null {
    const { caseSensitive, ignoreTrailingSlash, maxParamLength, onBadUrl, onMaxParamLength } = this.#options;
    let node = this.#trees.get(method);
    if (!node) return null;
    const end = target.indexOf('?');
    let path = end === -1 ? target : target.slice(0, end);
    const isEncoded = path.includes('%');
    if (isEncoded) {
      try {
        // A reserved character stays encoded until the parameters are cut out.
        path = decodeURI(path.replaceAll('%25', '%2525'));
      } catch {
        return refusal(onBadUrl);
      }
    }
    if (ignoreTrailingSlash) path = withoutSlash(path);
    const compared = caseSensitive ? path : path.toLowerCase();
    const values: string[] = [];
    // What to try if this leads nowhere: nodes, each with where it begins and how many values there were.
    const others: [node: Node, index: number, count: number][] = [];
    let index = 1;
    let isTooLong = false;
    for (;;) {
      if (index === compared.length) {
        const head = derived?.head;
        const leaf = node.leaves.findLast(({ test }) => !test || (head && test(head)));
        if (leaf) {
          const params = Object.create(null) as Record<string, string>;
          leaf.names.forEach((name, at) => (params[name] = values[at] as string));
          const searchParams = end === -1 ? '' : target.slice(end + 1);
          return { handler: onBadUrl, store: leaf.store, params, searchParams };
        }
      }
      if (node.wildcard) others.push([node.wildcard, index, values.length]);
      for (const each of node.parametric.toReversed()) others.push([each, index, values.length]);
      const next = node.texts.get(compared[index]);
      if (next && compared.startsWith(next.text, index)) others.push([next, index, values.length]);

      let other;
      while ((other = others.pop())) {
        [node, index, values.length] = other;
        const { parameters } = node;
        if (!parameters && !node.isWildcard) {
          index += node.text.length;
          break;
        }
        let until = parameters ? path.indexOf('/', index) : -1;
        if (until === -1) until = path.length;
        let value = path.slice(index, until);
        if (isEncoded) value = value.replace(RESERVED, decodeURIComponent);
        let found: readonly (string | undefined)[] | null = [value];
        if (parameters?.regex) {
          const longest = parameters.count * maxParamLength + parameters.textLength;
          const fits = value.length <= longest;
          if (!fits) isTooLong = true;
          found = fits ? (parameters.regex.exec(value)?.slice(1) ?? null) : null;
        }
        if (parameters && found?.some((each = '') => each.length > maxParamLength)) {
          isTooLong = true;
          found = null;
        }
        if (!found) continue;
        values.push(...found.map((each = '') => each));
        index = until;
        break;
      }
      if (!other) return isTooLong ? refusal(onMaxParamLength) : null;
    }
  }

  #add(method: string, form: string, test: HeadTest | undefined, store: unknown): void {
    const { caseSensitive, ignoreTrailingSlash } = this.#options;
    const pattern = ignoreTrailingSlash ? withoutSlash(form) : form;
    let node = this.#trees.get(method) ?? newNode('/');
    this.#trees.set(method, node);
    const names: string[] = [];
    // Equal for patterns that differ in names and regular expressions only.
    let key = `${method} /`;
    let index = 1;
    while (index < pattern.length) {
      const start = index;
      index = textEnd(pattern, start, ':*');
      const text = pattern.slice(start, index);
      key += text;
      node = textNode(node, plain(caseSensitive ? text : text.toLowerCase()));
      if (pattern[index] === '*') {
        names.push('*');
        key += '*';
        if (++index < pattern.length) throw new Error('Wildcard must be the last character in the route');
        node = node.wildcard ??= newNode('', undefined, true);
      } else if (index < pattern.length) {
        const segment = parameterSegment(pattern, index, names);
        key += `:${segment.key}`;
        index = segment.end;
        node = parameterNode(node, segment.parameters);
      }
    }
    if (!test) {
      const taken = caseSensitive ? key : key.toLowerCase();
      if (this.#taken.has(taken)) throw new Error(`${taken} is there already`);
      this.#taken.add(taken);
    }
    const { leaves } = node;
    const leaf = { names, test, store };
    // Those with constraints are tried first, and of them the last one.
    if (test) leaves.push(leaf);
    else leaves.unshift(leaf);
  }
}

const none = /* @__PURE__ */ leftOut('parameters of routes, such as /:id');
const parameterSegment = typeof BLAIZE_WITHOUT_PARAMETERS === 'undefined' ? readSegment : none;
const parameterNode = typeof BLAIZE_WITHOUT_PARAMETERS === 'undefined' ? parametricNode : none;

/** Reads the rest of a segment that begins with a parameter. @param names gets those of its parameters */
function readSegment(
  pattern: string,
  start: number,
  names: string[],
): { readonly parameters: Parameters; readonly end: number; readonly key: string } {
  let source = '';
  let key = '';
  let text: string;
  let textLength = 0;
  let count = 0;
  let isRegex = false;
  let isSafe = true;
  let before = '';
  let index = start;
  do {
    const nameStart = ++index;
    while (index < pattern.length && !'(-./'.includes(pattern.charAt(index))) index++;
    names.push(pattern.slice(nameStart, index));
    count++;
    const next = pattern[index];
    if (next === '(') {
      const open = index;
      index = closingParenthesis(pattern, open) + 1;
      if (index > pattern.length) throw new TypeError(`Invalid regexp expression in "${pattern}"`);
      const regex = pattern.slice(open, index);
      if (!isSafeRegex(new RegExp(regex))) throw new Error(`The regex '${regex}' is not safe!`);
      source += regex.replace(/^\(\^/, '(').replace(/\$\)$/, ')');
      isSafe = true;
    } else {
      source += isSafe ? '(.*?)' : `(${before}|(?:(?!${before}).)*)`;
      isSafe = false;
    }
    isRegex ||= next !== undefined && next !== '/';
    const textStart = index;
    index = textEnd(pattern, textStart, ':/');
    text = plain(pattern.slice(textStart, index));
    if (text !== '') source += before = text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    textLength += text.length;
    key += `()${text}`;
  } while (pattern[index] === ':');
  const regex = isRegex ? new RegExp(`^${source}$`) : undefined;
  return { parameters: { regex, suffix: text, count, textLength }, end: index, key: isRegex ? key : '' };
}

/** The node for a text below another; nodes that begin alike share the beginning. */
function textNode(above: Node, text: string): Node {
  if (text === '') return above;
  const found = above.texts.get(text[0]);
  if (!found) {
    const added = newNode(text);
    above.texts.set(text[0], added);
    return added;
  }
  let shared = 1;
  while (shared < found.text.length && found.text[shared] === text[shared]) shared++;
  if (shared === found.text.length) return textNode(found, text.slice(shared));
  const beginning = newNode(text.slice(0, shared));
  above.texts.set(text[0], beginning);
  found.text = found.text.slice(shared);
  beginning.texts.set(found.text[0], found);
  return textNode(beginning, text.slice(shared));
}

function parametricNode(above: Node, parameters: Parameters): Node {
  const { regex, count, textLength } = parameters;
  const { parametric } = above;
  const found = parametric.find((each) => each.parameters?.regex?.source === regex?.source);
  if (found?.parameters) {
    found.parameters.count = Math.max(found.parameters.count, count);
    found.parameters.textLength = Math.max(found.parameters.textLength, textLength);
    return found;
  }
  const added = newNode('', parameters);
  parametric.push(added);
  parametric.sort((a, b) => order(a.parameters, b.parameters));
  return added;
}

/** The more exact one goes first. */
function order(a: Parameters | undefined, b: Parameters | undefined): number {
  if (!a?.regex) return 1;
  if (!b?.regex) return -1;
  if (a.suffix === '') return 1;
  if (b.suffix === '') return -1;
  if (b.suffix.endsWith(a.suffix)) return 1;
  return a.suffix.endsWith(b.suffix) ? -1 : 0;
}

function newNode(text: string, parameters?: Parameters, isWildcard = false): Node {
  return { text, isWildcard, parameters, leaves: [], texts: new Map(), parametric: [], wildcard: undefined };
}

/** Where a text ends; a doubled colon is part of it. */
function textEnd(pattern: string, start: number, ends: string): number {
  let index = start;
  while (index < pattern.length) {
    if (pattern.startsWith('::', index)) index++;
    else if (ends.includes(pattern.charAt(index))) break;
    index++;
  }
  return index;
}

function plain(text: string): string {
  return text.replaceAll('::', ':').replaceAll('%', '%25');
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function refusal(handler: () => unknown): Found {
  return { handler, store: null, params: {}, searchParams: '' };
}
