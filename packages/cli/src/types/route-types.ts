import path from 'node:path';

import { toFilePath } from '@blaizejs/router/files';

import { posix } from '../posix.ts';

/** A route, as far as its types are concerned. */
export interface TypedRoute {
  readonly method: string;
  /** In find-my-way's form. */
  readonly pattern: string;
  readonly wildcard?: string | undefined;
  /** Absolute; undefined for a route added in code, which is left out. */
  readonly file: string | undefined;
  readonly exportName?: string | undefined;
  readonly constraints?: object | undefined;
}

/** The options of {@link routeTypes}. */
export interface RouteTypesOptions {
  /** The folder of the declarations, absolute. */
  readonly folder: string;
  /** The package whose `Register` the application has: `blaizejs`, or one of the core's own. */
  readonly registry: string;
  /** The server file, absolute, and the name under which it exports the server; undefined if it exports none. */
  readonly server: { readonly file: string; readonly exportName: string } | undefined;
}

const HEAD = `\
// Written by \`blaize types\`, \`blaize dev\` and \`blaize build\` from the route files. Changes to this file are lost.
`;

/** Generates the declarations: which export of which file serves a method and path. Takes routes sorted by path. */
export function routeTypes(routes: readonly TypedRoute[], options: RouteTypesOptions): string {
  const { folder, registry, server } = options;
  const byMethod = new Map<string, string[]>();
  const seen = new Set<string>();
  // If several routes share a method and path, clients get the one without constraints: it serves them by default.
  const isDefault = ({ constraints }: TypedRoute): boolean => constraints === undefined;
  const defaults = new Set(routes.filter(isDefault).map(({ method, pattern }) => `${method} ${pattern}`));
  for (const route of routes) {
    const key = `${route.method} ${route.pattern}`;
    if (seen.has(key) || (defaults.has(key) && !isDefault(route))) continue;
    seen.add(key);
    const { method, pattern, wildcard, file, exportName } = route;
    if (file === undefined || exportName === undefined) continue;
    const lines = byMethod.get(method) ?? [];
    byMethod.set(method, lines);
    const type = exported(folder, file, exportName);
    lines.push(`    ${quoted(toFilePath(pattern, wildcard))}: ${type};`);
  }
  const methods = [...byMethod]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([method, lines]) => `  ${method}: {\n${lines.join('\n')}\n  };\n`);
  const registered = [
    '    routes: Routes;\n',
    ...(server ? [`    server: ${exported(folder, server.file, server.exportName)};\n`] : []),
  ];
  return (
    `${HEAD}\n/** The routes, for \`createClient<Routes>()\`: by method, then by path. */\n` +
    `export interface Routes {\n${methods.join('')}}\n\n` +
    `declare module '${registry}' {\n  interface Register {\n${registered.join('')}  }\n}\n`
  );
}

function exported(folder: string, file: string, exportName: string): string {
  // The name of an export may have dots too: `export { route as 'a.b' }`.
  const [, inDefault] = /^default\.(.+)$/s.exec(exportName) ?? [];
  const keys = inDefault === undefined ? [exportName] : ['default', inDefault];
  return `(typeof import(${quoted(specifier(folder, file))}))${keys.map((key) => `[${quoted(key)}]`).join('')}`;
}

/** The specifier of a file. It compiles with and without `allowImportingTsExtensions`. */
function specifier(folder: string, file: string): string {
  const relative = posix(path.relative(folder, file)).replace(/\.(m?)ts$/, '.$1js');
  return relative.startsWith('.') ? relative : `./${relative}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
