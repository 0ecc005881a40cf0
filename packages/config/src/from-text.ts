import type { SchemaNode } from './describe-schema.ts';

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * What a text of the environment, the command line or a store stands for: the schema says whether it is a number, a
 * flag, a list (`a,b` or JSON) or an object (JSON). What doesn't fit stays a text, for the schema to refuse.
 */
export function fromText(text: string, node: SchemaNode | undefined): unknown {
  const types = node?.types ?? [];
  if (types.includes('string')) return text;
  const trimmed = text.trim();
  if (types.some((type) => type === 'number' || type === 'integer') && NUMBER.test(trimmed))
    return Number(trimmed);
  if (types.includes('boolean') && /^(?:true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  if (types.includes('null') && trimmed === 'null') return null;
  const isList = types.includes('array');
  if ((isList && trimmed.startsWith('[')) || (isObjectNode(node) && trimmed.startsWith('{'))) {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch {
      return text;
    }
  }
  if (isList)
    return trimmed === '' ? [] : trimmed.split(',').map((item) => fromText(item.trim(), node?.item));
  return text;
}

function isObjectNode(node: SchemaNode | undefined): boolean {
  return node?.types.includes('object') === true || node?.keys !== undefined;
}

/**
 * The key of a schema for a name in another spelling: `POOL_SIZE` and `pool-size` are `poolSize`. Unknown names
 * become camelCase if they are in capitals, so that an open object can take them.
 */
export function keyFor(name: string, node: SchemaNode | undefined): string {
  if (node?.keys?.has(name)) return name;
  const bare = bareOf(name);
  for (const key of node?.keys?.keys() ?? []) if (bareOf(key) === bare) return key;
  return /[a-z]/.test(name)
    ? name
    : name.toLowerCase().replace(/_+([a-z\d])/g, (_, next: string) => next.toUpperCase());
}

function bareOf(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}
