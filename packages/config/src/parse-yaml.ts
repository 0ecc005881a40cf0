import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

import { placeKey } from './layer.ts';
import type { Parsed } from './parsed.ts';

// Enough for a configuration, and too few to grow one by aliases of aliases.
const MAX_ALIASES = 100;
// The parser calls itself, so a level costs stack.
const MAX_DEPTH = 64;

/** Parses YAML 1.2: no tags of its own, no key twice, few aliases. */
export function parseYaml(text: string): Parsed {
  const tooDeep = deepLine(text);
  if (tooDeep !== undefined) {
    return { problems: [{ line: tooDeep, message: `expected at most ${MAX_DEPTH} levels` }] };
  }
  try {
    return parse(text);
  } catch {
    // Of aliases, or of the stack.
    return {
      problems: [{ message: `it has more than ${MAX_ALIASES} aliases, or one that refers to itself` }],
    };
  }
}

function parse(text: string): Parsed {
  const counter = new LineCounter();
  const options = { lineCounter: counter, prettyErrors: false, merge: true, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length === 0) {
    return {
      values: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
      lines: linesOf(document.contents, counter),
    };
  }
  const problems = wrong.slice(0, 20).map(({ pos, message, code }) => ({
    line: counter.linePos(pos[0]).line,
    // The rest may be a part of the file.
    message: `${(message.split(/[:"'`]/)[0] ?? '').trim()} (${code})`,
  }));
  return { problems };
}

function linesOf(root: unknown, counter: LineCounter): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const note = (path: readonly string[], node: unknown): void => {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range) lines.set(placeKey(path), counter.linePos(range[0]).line);
  };
  const walk = (node: unknown, path: readonly string[]): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const at = [...path, String(isScalar(key) ? key.value : key)];
        note(at, key);
        walk(value, at);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        note([...path, String(index)], item);
        walk(item, [...path, String(index)]);
      }
    }
  };
  walk(root, []);
  return lines;
}

/**
 * The first line that opens more lists and objects than are allowed. Brackets in texts count too: they come in pairs.
 */
function deepLine(text: string): number | undefined {
  let line = 1;
  let depth = 0;
  let dashes = 0;
  for (const character of text) {
    if (character === '\n') {
      line++;
      dashes = 0;
    } else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    else if (character === '-' || character === '?' || character === ':') dashes++;
    else if (character !== ' ') dashes = 0;
    if (depth > MAX_DEPTH || dashes > MAX_DEPTH * 4) return line;
  }
  return undefined;
}
