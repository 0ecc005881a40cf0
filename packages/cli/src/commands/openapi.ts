import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { CliError, UsageError } from '../cli-error.ts';
import { command } from '../command.ts';
import { installedPackage } from '../installed.ts';
import { packageManagerOf } from '../package-manager.ts';
import { findRouteFolders, needRouteFolders, readManifest, shown, tryEntry, WHERE } from '../project.ts';
import { loadRoutes } from '../route-list.ts';

const PACKAGE = '@blaizejs/openapi';
const OPTIONS = ['.ts', '.mts', '.js', '.mjs'].map((extension) => `openapi${extension}`);
// The rest of the plugin's options is about serving.
const DOCUMENT_OPTIONS = ['info', 'servers', 'tags', 'externalDocs', 'securitySchemes', 'includeInternal'];

/** What the command uses of the package, which belongs to the app. */
interface OpenApiPackage {
  readonly openApiDocument: (routes: unknown, options: object) => Promise<object>;
  readonly compareDocuments: (
    before: object,
    after: object,
  ) => { readonly kind: string; readonly path: string; readonly message: string }[];
}

export const openapi = command(
  'blaize openapi',
  'Describes the routes of route files as an OpenAPI document, or checks one against them',
  {
    ...WHERE,
    out: { type: 'string', description: 'Writes the document to a file', valueHint: 'file' },
    check: {
      type: 'string',
      description: 'Compares a file with the routes, and fails if it is out of date',
      valueHint: 'file',
    },
    options: {
      type: 'string',
      description:
        'A file whose default export has the options of openApi(). Default: openapi.ts beside the server file',
      valueHint: 'file',
    },
  },
  async ({ entry: named, routes, out, check, options }, { cwd, env, print, say }) => {
    if (out !== undefined && check !== undefined) throw new UsageError('Use --out or --check, not both.');
    const entry = tryEntry(cwd, named);
    const { openApiDocument, compareDocuments } = await loadPackage(cwd, env);
    const list = await loadRoutes(needRouteFolders(cwd, entry, routes));
    // After the routes: TypeScript can be loaded now.
    const settings = await loadOptions(cwd, entry, options);
    const document = await openApiDocument(list, { ...settings, onWarning: say });
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (check !== undefined) {
      const { blaize } = packageManagerOf(cwd, env);
      const before = readDocument(path.resolve(cwd, check), blaize(`openapi --out ${check}`));
      if (JSON.stringify(before) === JSON.stringify(document)) {
        say(`${check} is up to date.`);
        return 0;
      }
      for (const change of compareDocuments(before, document))
        print(`${change.kind}: ${change.path} ${change.message}`);
      say(
        `${check} is out of date. If you mean these changes, run \`${blaize(`openapi --out ${check}`)}\` and commit the file.`,
      );
      return 1;
    }
    if (out === undefined) {
      print(text.trimEnd());
      return 0;
    }
    const file = path.resolve(cwd, out);
    await writeFile(file, text);
    say(`Wrote ${shown(file, cwd)}: ${list.length} ${list.length === 1 ? 'route' : 'routes'}.`);
    return 0;
  },
);

async function loadPackage(cwd: string, env: NodeJS.ProcessEnv): Promise<OpenApiPackage> {
  const folder = installedPackage(PACKAGE, path.join(cwd, '_'));
  if (folder === undefined) {
    throw new CliError(
      `${PACKAGE} is not installed in ${cwd}. Run \`${packageManagerOf(cwd, env).install(PACKAGE)}\`.`,
    );
  }
  const { exports } = readManifest(folder) as { exports?: { '.'?: Readonly<Record<string, string>> } };
  // Within the repository of the framework, packages run from source, as this one does then.
  const { '@blaizejs/source': source, default: built = 'dist/index.js' } = exports?.['.'] ?? {};
  const file = path.join(folder, (import.meta.url.endsWith('.ts') && source) || built);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as OpenApiPackage;
}

async function loadOptions(
  cwd: string,
  entry: string | undefined,
  named: string | undefined,
): Promise<object> {
  const file = optionsFile(cwd, entry, named);
  const given = file === undefined ? {} : await importDefault(file);
  const known = Object.entries(given).filter(([name]) => DOCUMENT_OPTIONS.includes(name));
  const { name = path.basename(cwd), version = '0.0.0' } = readManifest(cwd) as {
    name?: string;
    version?: string;
  };
  return { info: { title: name, version }, ...Object.fromEntries(known) };
}

function optionsFile(cwd: string, entry: string | undefined, named: string | undefined): string | undefined {
  if (named !== undefined) {
    const file = path.resolve(cwd, named);
    if (existsSync(file)) return file;
    throw new CliError(`--options ${named}: there is no file ${file}.`);
  }
  const [folder] = findRouteFolders(cwd, entry);
  const beside = entry ?? folder;
  if (beside === undefined) return undefined;
  return OPTIONS.map((name) => path.join(path.dirname(beside), name)).find((name) => existsSync(name));
}

async function importDefault(file: string): Promise<object> {
  const { default: options } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    default?: unknown;
  };
  if (typeof options === 'object' && options !== null) return options;
  throw new CliError(
    `${file} has no default export with the options of openApi(), such as { info: { title, version } }.`,
  );
}

/** @param write the command that writes it */
function readDocument(file: string, write: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(`--check: ${file} can't be read. Write it with \`${write}\`.`, { cause });
  }
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && 'paths' in document) return document;
  } catch {
    // The message is the same.
  }
  throw new CliError(`--check: ${file} is not an OpenAPI document in JSON.`);
}
