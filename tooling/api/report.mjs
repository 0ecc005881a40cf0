/**
 * The public API of each package, as text: for each entry point, the declarations that it exports, and those of their
 * package that they name without exporting them. Each declaration is in one place, its home: the first entry point of its
 * package that exports it. Others list it by name, so that one new type changes one report.
 */
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

import { entryPointsOf, Sources } from './sources.mjs';

/** @import { Member } from '../workspace.mjs' */
/** @import { EntryPoint, Exported, Target } from './sources.mjs' */

export const FOLDER = join(import.meta.dirname, 'reports');

/**
 * @param {readonly Member[]} members
 * @returns {Promise<Map<string, string>>} Markdown by package folder
 */
export async function reports(members) {
  const style = await resolveConfig(join(FOLDER, 'report.md'));
  const entries = members.flatMap(entryPointsOf);
  const writer = new Writer(entries);
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const { folder, manifest } of members) {
    const own = entries.filter((entry) => entry.folder === folder && !entry.internal);
    const text = [
      `# Public API of ${manifest.name}`,
      'Written by `pnpm api:update`. A change here is a change for users.',
      ...own.map((entry) => writer.section(entry)),
      writer.unexported(folder),
    ].join('\n\n');
    texts.set(folder, await format(text, { ...style, parser: 'markdown' }));
  }
  return texts;
}

class Writer {
  #sources;
  /** @type {Map<string, EntryPoint>} the home of each declaration, by key */
  #homes = new Map();
  /** @type {Map<string, Exported[]>} by specifier */
  #exports = new Map();
  /** @type {Map<string, Target[]>} declarations to add without exporting them, by package folder */
  #unexported = new Map();
  /** @type {Set<string>} */
  #seen = new Set();

  /** @param {readonly EntryPoint[]} entries */
  constructor(entries) {
    this.#sources = new Sources(entries);
    for (const entry of entries) {
      const exported = this.#sources.exportsOf(entry.file);
      this.#exports.set(entry.specifier, exported);
      for (const target of exported) {
        // A package is not the home of other packages' declarations.
        const key = keyOf(target);
        if (this.#folderOf(target.file, entries) === entry.folder && !this.#homes.has(key))
          this.#homes.set(key, entry);
      }
    }
  }

  /** @param {EntryPoint} entry */
  section(entry) {
    const exported = this.#exports.get(entry.specifier) ?? [];
    /** @type {Map<string, Exported[]>} */
    const elsewhere = new Map();
    /** @type {Exported[]} */
    const here = [];
    for (const target of exported) {
      const home = this.#homes.get(keyOf(target));
      if (home === entry) here.push(target);
      else {
        const from = home?.specifier ?? libraryOf(target.file);
        elsewhere.set(from, [...(elsewhere.get(from) ?? []), target]);
      }
    }
    const lines = [...elsewhere]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, targets]) => `- re-export from \`${from}\`: \`${this.#names(from, targets)}\``);
    const code = here.map((target) => this.#declare(target, entry.folder, target));
    return [`## \`${entry.specifier}\``, lines.join('\n'), block(code)].filter(Boolean).join('\n\n');
  }

  /**
   * The declarations that the sections of a package name without exporting them. Call it after writing the sections. @param
   * {string} folder
   */
  unexported(folder) {
    const queue = this.#unexported.get(folder) ?? [];
    /** @type {[string, string][]} */
    const code = [];
    // Declaring one may add others.
    for (const target of queue) code.push([target.name, this.#declare(target, folder)]);
    if (code.length === 0) return '';
    code.sort(([a, textA], [b, textB]) => (a === b ? (textA < textB ? -1 : 1) : a < b ? -1 : 1));
    return `## Not exported, but named above\n\n${block(code.map(([, text]) => text))}`;
  }

  /**
   * @param {Target} target
   * @param {string} folder
   * @param {Exported} [exported]
   */
  #declare({ file, name }, folder, exported) {
    const { byName, augmentations } = this.#sources.declarationsOf(file);
    const statements = byName.get(name);
    if (!statements) throw new Error(`${file} does not declare ${name}, although it is exported.`);
    const first = !this.#seen.has(file);
    this.#seen.add(file);
    const added = first ? augmentations : [];
    for (const statement of [...added, ...statements]) this.#follow(statement, file, folder);
    const texts = [
      ...added.map((statement) => statement.getText()),
      ...statements.map((statement) => statement.getText().replace(/^(export )?(declare )?/, '')),
    ];
    if (exported && exported.as !== name) texts.push(`export { ${name} as ${exported.as} };`);
    if (exported?.typeOnly && statements.some((statement) => !isType(statement)))
      texts.push(`export type { ${name} };`);
    return texts.join('\n');
  }

  /** @param {ts.Node} node @param {string} file @param {string} folder */
  #follow(node, file, folder) {
    const target = this.#named(node, file);
    if (target && !this.#seen.has(keyOf(target))) {
      const home = this.#homes.get(keyOf(target));
      if (!home || (home.internal && home.folder === folder)) {
        this.#seen.add(keyOf(target));
        const queue = this.#unexported.get(folder);
        if (queue) queue.push(target);
        else this.#unexported.set(folder, [target]);
      }
    }
    ts.forEachChild(node, (child) => this.#follow(child, file, folder));
  }

  /** @param {ts.Node} node @param {string} file @returns {Target | undefined} what a node of a type names */
  #named(node, file) {
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && node.qualifier) {
      const module = /** @type {ts.StringLiteral} */ (node.argument.literal).text;
      return this.#sources.resolveImport(module, leftmost(node.qualifier) ?? '', file);
    }
    /** @type {ts.Node | undefined} */
    let named;
    if (ts.isTypeReferenceNode(node)) named = node.typeName;
    else if (ts.isTypeQueryNode(node)) named = node.exprName;
    else if (ts.isExpressionWithTypeArguments(node) || ts.isComputedPropertyName(node))
      named = node.expression;
    const name = named && leftmost(named);
    return name === undefined ? undefined : this.#sources.resolve(name, file);
  }

  /** @param {string} from @param {Exported[]} targets */
  #names(from, targets) {
    const own = (this.#exports.get(from) ?? []).filter(
      (target) => this.#homes.get(keyOf(target))?.specifier === from,
    );
    const [all, listed] = [own.map(shown), targets.map(shown)];
    const left = all.filter((name) => !listed.includes(name));
    // `export *`, or nearly: a new name in the other entry point need not change this report.
    if (listed.some((name) => !all.includes(name)) || left.length >= listed.length) return listed.join(', ');
    return left.length === 0 ? '*' : `* except ${left.join(', ')}`;
  }

  /** @param {string} file @param {readonly EntryPoint[]} entries */
  #folderOf(file, entries) {
    return entries.find((entry) => file.startsWith(entry.file.replace(/\/src\/.*/, '/src/')))?.folder;
  }
}

/** @param {Target} target */
function keyOf({ file, name }) {
  return `${file}#${name}`;
}

/** @param {Exported} exported */
function shown({ as, name, typeOnly }) {
  return `${typeOnly ? 'type ' : ''}${name === as ? as : `${name} as ${as}`}`;
}

/** @param {string} file */
function libraryOf(file) {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  if (name === undefined) throw new Error(`${file} is exported, but belongs to no entry point of a package.`);
  return name;
}

/** @param {ts.Node} node @returns {string | undefined} `a` of `a.b.c` */
function leftmost(node) {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isQualifiedName(node)) return leftmost(node.left);
  return ts.isPropertyAccessExpression(node) ? leftmost(node.expression) : undefined;
}

/** @param {ts.Statement} statement */
function isType(statement) {
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
}

/** @param {string[]} code */
function block(code) {
  return code.length === 0 ? '' : `\`\`\`ts\n${code.join('\n\n')}\n\`\`\``;
}
