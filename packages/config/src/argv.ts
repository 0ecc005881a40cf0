import { didYouMean } from '@blaizejs/errors/internal';

import type { ConfigProblem } from './config-error.ts';
import { nodeAt, type SchemaNode } from './describe-schema.ts';
import { keyFor } from './from-text.ts';
import type { TextEntry } from './text-layer.ts';

/** Reads `--db.url=…`, `--db.url …`, `--debug` and `--no-debug`. Only a flag may come without a value. */
export function readArgv(
  argv: readonly string[],
  root: SchemaNode,
  problems: ConfigProblem[],
): readonly TextEntry[] {
  const entries: TextEntry[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const [, name, given] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    if (name === undefined) {
      // It may be a value, and so a secret.
      problems.push({
        path: '',
        from: 'the command line',
        message: `argument ${index + 1} is not --name=value`,
      });
      continue;
    }
    const from = `--${name}`;
    const path = name.split('.');
    const node = find(root, path);
    const negated =
      node === undefined && path[0]?.startsWith('no-') === true
        ? find(root, [path[0].slice(3), ...path.slice(1)])
        : undefined;
    if (given !== undefined) entries.push({ path, value: given, from });
    else if (negated?.types.includes('boolean')) {
      entries.push({ path: [path[0]?.slice(3) ?? '', ...path.slice(1)], value: 'false', from });
    } else if (node?.types.includes('boolean')) entries.push({ path, value: 'true', from });
    else {
      const next = argv[index + 1];
      if (next !== undefined && !next.startsWith('--') && node !== undefined) {
        entries.push({ path, value: next, from });
        index++;
      } else problems.push({ path: path.join('.'), from, message: noValue(root, path, node) });
    }
  }
  return entries;
}

function noValue(root: SchemaNode, path: readonly string[], node: SchemaNode | undefined): string {
  if (node !== undefined || !root.keys) return `expected a value: --${path.join('.')}=…`;
  const meant = didYouMean(path.join('.'), allPaths(root));
  return `there is no such setting${meant === undefined ? '' : `. ${meant}`}`;
}

function find(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  const keys: string[] = [];
  for (const part of path) keys.push(keyFor(part, nodeAt(root, keys)));
  return nodeAt(root, keys);
}

function allPaths(node: SchemaNode, prefix = '', depth = 0): string[] {
  if (depth > 8) return [];
  return [...(node.keys ?? [])].flatMap(([key, inner]) => [
    `${prefix}${key}`,
    ...allPaths(inner, `${prefix}${key}.`, depth + 1),
  ]);
}
