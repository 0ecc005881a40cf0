/**
 * The packages as the compiler sees them: the exports of an entry point, and the declarations that it emits for each file.
 */
import { join } from 'node:path';

import ts from 'typescript';

import { root } from '../workspace.mjs';

/** @import { Member } from '../workspace.mjs' */

/**
 * @typedef {object} EntryPoint
 * @property {string} folder of its package, by name
 * @property {string} specifier
 * @property {string} file absolute, with forward slashes
 * @property {boolean} internal only for packages of this repository: unstable, so there is no report
 *
 * @typedef {object} Target Where something is declared.
 * @property {string} file
 * @property {string} name in that file; `*` is the file itself, as a namespace
 *
 * @typedef {Target & { as: string, typeOnly: boolean }} Exported
 *
 * @typedef {object} Declarations What one file declares, imports and adds to other modules.
 * @property {Map<string, ts.Statement[]>} byName
 * @property {Map<string, { module: string, name: string }>} imports by local name
 * @property {ts.Statement[]} augmentations
 */

const slashes = (/** @type {string} */ path) => path.replaceAll('\\', '/');

/** @param {Member} member @returns {EntryPoint[]} those that have a source; internal ones last */
export function entryPointsOf({ folder, dir, manifest }) {
  return Object.entries(manifest.exports ?? {})
    .flatMap(([path, entry]) => {
      const source = typeof entry === 'string' ? undefined : entry['@blaizejs/source'];
      if (source === undefined) return [];
      const internal = /(^|\/)internal(\/|$)/.test(path);
      return { folder, specifier: manifest.name + path.slice(1), file: slashes(join(dir, source)), internal };
    })
    .sort((a, b) => Number(a.internal) - Number(b.internal));
}

export class Sources {
  /** @type {Map<string, Declarations>} */
  #emitted = new Map();
  #program;
  #checker;

  /** @param {readonly EntryPoint[]} entries */
  constructor(entries) {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => ts.sys.readFile(file)).config,
      ts.sys,
      root,
    );
    this.#program = ts.createProgram(
      entries.map(({ file }) => file),
      {
        ...options,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        removeComments: true,
        typeRoots: [join(root, 'node_modules/@types')],
      },
    );
    this.#checker = this.#program.getTypeChecker();
  }

  /** @param {string} file @returns {Exported[]} sorted by name */
  exportsOf(file) {
    return this.#checker
      .getExportsOfModule(this.#moduleOf(file))
      .map((symbol) => {
        const target = this.#follow(symbol);
        // `export type` exports a type, even of a class.
        const typeOnly = !(target.flags & ts.SymbolFlags.Value) || isTypeOnly(symbol);
        const place = placeOf(target);
        if (!place)
          throw new Error(`${file} exports ${symbol.name}, but it was not found: does the package compile?`);
        return { as: symbol.name, typeOnly, ...place };
      })
      .sort((a, b) => (a.as < b.as ? -1 : 1));
  }

  /**
   * @param {string} file
   * @returns {Declarations} as emitted, without comments
   */
  declarationsOf(file) {
    const known = this.#emitted.get(file);
    if (known) return known;
    /** @type {Declarations | undefined} */
    let found;
    this.#program.emit(
      this.#program.getSourceFile(file),
      (_path, text) => (found = parse(text)),
      undefined,
      true,
    );
    if (!found) throw new Error(`No declarations are emitted for ${file}.`);
    this.#emitted.set(file, found);
    return found;
  }

  /**
   * @param {string} name
   * @param {string} file that uses it
   * @returns {Target | undefined} undefined for globals, type parameters, and declarations of libraries
   */
  resolve(name, file) {
    const { byName, imports } = this.declarationsOf(file);
    if (byName.has(name)) return { file, name };
    const imported = imports.get(name);
    return imported && this.resolveImport(imported.module, imported.name, file);
  }

  /** @param {string} module @param {string} name @param {string} file @returns {Target | undefined} */
  resolveImport(module, name, file) {
    if (!module.startsWith('.')) return undefined;
    const imported = slashes(join(file, '..', module)).replace(/\.(d\.ts|js)$/, '.ts');
    const symbol = this.#checker
      .getExportsOfModule(this.#moduleOf(imported))
      .find((other) => other.name === name);
    return symbol && placeOf(this.#follow(symbol));
  }

  /** @param {string} file */
  #moduleOf(file) {
    const source = this.#program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} is not a module.`);
    return module;
  }

  /** @param {ts.Symbol} symbol */
  #follow(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

/** @param {ts.Symbol} symbol @returns {Target | undefined} undefined if an import is broken */
function placeOf(symbol) {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return undefined;
  const file = declaration.getSourceFile().fileName;
  if (ts.isSourceFile(declaration)) return { file, name: '*' };
  const own = ts.getNameOfDeclaration(declaration);
  return { file, name: own && ts.isIdentifier(own) ? own.text : symbol.name };
}

/** @param {ts.Symbol} symbol */
function isTypeOnly(symbol) {
  return (symbol.declarations ?? []).some(
    (declaration) => ts.isExportSpecifier(declaration) && ts.isTypeOnlyExportDeclaration(declaration),
  );
}

/** @param {string} text @returns {Declarations} */
function parse(text) {
  const source = ts.createSourceFile('emitted.d.ts', text, ts.ScriptTarget.Latest, true);
  /** @type {Declarations} */
  const result = { byName: new Map(), imports: new Map(), augmentations: [] };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const module = /** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text;
      const { name, namedBindings } = statement.importClause ?? {};
      if (name) result.imports.set(name.text, { module, name: 'default' });
      if (namedBindings && ts.isNamedImports(namedBindings)) {
        for (const { name, propertyName } of namedBindings.elements)
          result.imports.set(name.text, { module, name: (propertyName ?? name).text });
      }
    } else if (ts.isModuleDeclaration(statement) && !isNamespace(statement)) {
      result.augmentations.push(statement);
    } else {
      for (const name of namesOf(statement))
        result.byName.set(name, [...(result.byName.get(name) ?? []), statement]);
    }
  }
  return result;
}

/** Rather than `declare global` or `declare module 'x'`. @param {ts.ModuleDeclaration} statement */
function isNamespace(statement) {
  return ts.isIdentifier(statement.name) && !(statement.flags & ts.NodeFlags.GlobalAugmentation);
}

/** @param {ts.Statement} statement @returns {string[]} */
function namesOf(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isExportAssignment(statement)) return ['default'];
  const name = 'name' in statement ? /** @type {ts.Identifier | undefined} */ (statement.name) : undefined;
  return name
    ? [name.text]
    : ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
      ? ['default']
      : [];
}
