import { join } from 'node:path';

import ts from 'typescript';

import { publicPackages, root } from '../workspace.mjs';

/**
 * What each entry point of each package exports, from its sources.
 *
 * @returns {Map<string, Map<string, string[]>>} sorted names by specifier, by package folder; types have `type ` before them
 */
export function publicNames() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  const entries = publicPackages().flatMap(({ folder, dir, manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([path, entry]) => {
      const source = typeof entry === 'string' ? undefined : entry['@blaizejs/source'];
      return source ? [{ folder, specifier: manifest.name + path.slice(1), file: join(dir, source) }] : [];
    }),
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    options,
  );
  const checker = program.getTypeChecker();

  /** @type {Map<string, Map<string, string[]>>} */
  const names = new Map();
  for (const { folder, specifier, file } of entries) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is no module.`);
    const exported = checker.getExportsOfModule(module).map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      // What `export type` passes on is a type, even where it is a class.
      const isType = !(target.flags & ts.SymbolFlags.Value) || isTypeOnly(symbol);
      return isType ? `type ${symbol.name}` : symbol.name;
    });
    const byEntry = names.get(folder) ?? new Map();
    names.set(folder, byEntry.set(specifier, exported.sort()));
  }
  return names;
}

/** @param {ts.Symbol} symbol */
function isTypeOnly(symbol) {
  return (symbol.declarations ?? []).some(
    (declaration) => ts.isExportSpecifier(declaration) && ts.isTypeOnlyExportDeclaration(declaration),
  );
}
