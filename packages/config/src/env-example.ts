import { isSecretName } from '@blaizejs/errors/internal';
import type { AnySchema } from '@blaizejs/types';

import { describeSchema, type SchemaNode } from './describe-schema.ts';

/**
 * The text of an `.env.example` file: each variable of the schema of {@link env}, with its description and default. A
 * test keeps the file up to date: `expect(await readFile('.env.example', 'utf8')).toBe(envExample(schema))`.
 *
 * The library has to describe its schemas: zod from 4.2 on does so in full. ArkType (2.1.28) tells no defaults, and
 * Valibot no descriptions.
 */
export function envExample(schema: AnySchema): string {
  const keys = describeSchema(schema).keys ?? new Map<string, SchemaNode>();
  const blocks = [...keys].map(([name, node]) => {
    const about = [node.description, typeOf(node)]
      .filter((part) => part !== undefined && part !== '')
      .join('. ');
    const line = `${name}=${isSecretName(name) ? '' : textOf(node.fallback)}`;
    const comment = about === '' ? [] : about.split('\n').map((text) => `# ${text}`);
    return [...comment, node.required === false || node.fallback !== undefined ? `# ${line}` : line].join(
      '\n',
    );
  });
  return `${['# Copy this file to .env. Lines that begin with # are optional.', ...blocks].join('\n\n')}\n`;
}

function typeOf({ options, types }: SchemaNode): string | undefined {
  if (options) return `One of ${options.map(String).join(', ')}`;
  const shown = types.filter((type) => type !== 'string');
  return shown.length === 0 ? undefined : `A ${shown.join(' or ')}`;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[\s#"'`]/.test(text) ? `'${text.replaceAll("'", '')}'` : text;
}
