import type { RouteMethod } from '@blaizejs/router';

import type { Style } from './files.ts';

/** The methods that a route file can have. */
export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
] as const satisfies RouteMethod[];

const WITH_BODY = new Set<RouteMethod>(['POST', 'PUT', 'PATCH']);

/**
 * The code of a route file.
 *
 * @param parameters the parameters of its path
 */
export function routeSource(
  methods: readonly RouteMethod[],
  parameters: readonly string[],
  { from, has }: Pick<Style, 'from' | 'has'>,
): string {
  const zod = has('zod') && (parameters.length > 0 || methods.some((method) => WITH_BODY.has(method)));
  const makers = methods.map(makerOf).sort().join(', ');
  const fields = parameters.map((name) => `${name}: z.string()`).join(', ');
  return [
    `import { ${makers} } from '${from('router')}';\n`,
    zod ? "import { z } from 'zod';\n" : '',
    zod && parameters.length > 0 ? `\nconst params = z.object({ ${fields} });\n` : '',
    ...methods.map((method) => `\n${oneRoute(method, parameters, zod)}`),
  ].join('');
}

function oneRoute(method: RouteMethod, parameters: readonly string[], zod: boolean): string {
  const body = WITH_BODY.has(method);
  const schemas = [
    ...(parameters.length > 0 ? ['params'] : []),
    ...(body ? ['body: z.object({ name: z.string().min(1) })'] : []),
  ];
  return [
    `export const ${method} = ${makerOf(method)}({`,
    ...(zod && schemas.length > 0 ? [`  schema: { ${schemas.join(', ')} },`] : []),
    ...handler(method, parameters),
    '});\n',
  ].join('\n');
}

function handler(method: RouteMethod, parameters: readonly string[]): string[] {
  switch (method) {
    case 'POST':
      return [
        '  handler: (ctx) => {',
        '    ctx.response.status(201);',
        '    return ctx.request.body;',
        '  },',
      ];
    case 'PUT':
    case 'PATCH':
      return ['  handler: (ctx) => ctx.request.body,'];
    case 'DELETE':
    case 'HEAD':
    case 'OPTIONS':
      // // An answer without content is a 204.
      return ['  handler: () => undefined,'];
    case 'GET':
      return [
        parameters.length > 0
          ? `  handler: (ctx) => ({ ${parameters.map((name) => `${name}: ctx.request.params.${name}`).join(', ')} }),`
          : '  handler: () => ({ ok: true }),',
      ];
  }
}

function makerOf(method: RouteMethod): string {
  return `create${method.charAt(0)}${method.slice(1).toLowerCase()}Route`;
}
