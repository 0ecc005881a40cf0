import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';

import { readManifest, root as workspace } from '../workspace.mjs';
import { isInternal, mayImport, packageOf } from './table.mjs';

/** @import { Rule } from 'eslint' */
/** @import { Manifest } from '../workspace.mjs' */

/**
 * @typedef {object} Place Where a file stands.
 * @property {'packages' | 'apps'} group
 * @property {string} folder
 * @property {string} dir of its package, absolute
 * @property {'source' | 'test' | 'config'} kind
 * @property {Manifest} manifest
 */

/**
 * Every import of a package or app, against the arrows and its package.json.
 *
 * @type {Rule.RuleModule}
 */
export const imports = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, additionalProperties: false }],
  },
  create(context) {
    const root = /** @type {{ root?: string } | undefined} */ (context.options[0])?.root ?? workspace;
    const place = placeOf(root, context.filename);
    if (!place) return {};
    const rootManifest = place.kind === 'source' ? undefined : readManifest(root);

    /** @param {{ source?: Rule.Node | null }} node */
    const visit = (node) => {
      const { source } = node;
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const message = problem(source.value, place, context.filename, root, rootManifest);
      if (message) context.report({ node: source, message });
    };
    const visitAny = /** @type {(node: Rule.Node) => void} */ (visit);
    return {
      ImportDeclaration: visitAny,
      ExportNamedDeclaration: visitAny,
      ExportAllDeclaration: visitAny,
      ImportExpression: visitAny,
      // `import('x').Y` in a type.
      TSImportType: visitAny,
    };
  },
};

/**
 * @param {string} root
 * @param {string} file
 * @returns {Place | undefined}
 */
function placeOf(root, file) {
  const [group, folder, ...rest] = relative(root, file).split(sep);
  if ((group !== 'packages' && group !== 'apps') || folder === undefined || rest.length === 0)
    return undefined;
  const dir = resolve(root, group, folder);
  const name = rest.at(-1) ?? '';
  const isTest = rest[0] === 'test' || /\.(test|test-d|bench)\.[cm]?[jt]sx?$/.test(name);
  const kind = isTest ? 'test' : rest.length === 1 && name.includes('.config.') ? 'config' : 'source';
  return { group, folder, dir, kind, manifest: readManifest(dir) };
}

/**
 * @param {string} specifier
 * @param {Place} place
 * @param {string} file
 * @param {string} root
 * @param {Manifest | undefined} rootManifest given where its devDependencies may be imported
 * @returns {string | undefined}
 */
function problem(specifier, place, file, root, rootManifest) {
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    // What tests and configurations share lies in tooling/: a package for a few files would be a detour.
    const shared = place.kind !== 'source' && target.startsWith(resolve(root, 'tooling') + sep);
    if (shared || target.startsWith(place.dir + sep)) return undefined;
    return 'A relative import stays inside its package: import the other package by its name.';
  }
  if (isBuiltin(specifier)) {
    return specifier.startsWith('node:') ? undefined : `Write 'node:${specifier}'.`;
  }

  // The package's own, through `imports` of its package.json.
  if (specifier.startsWith('#')) {
    return specifier in (place.manifest.imports ?? {})
      ? undefined
      : `${specifier} is not among the imports of ${place.manifest.name}.`;
  }

  const name = packageOf(specifier);
  if (isInternal(name)) {
    if (/^(src|dist)(\/|$)/.test(specifier.slice(name.length + 1))) {
      return `Import what ${name} exports, not a file of it.`;
    }
    if (name === place.manifest.name) {
      return place.kind === 'source' ? 'A package imports its own files by relative paths.' : undefined;
    }
    // Tests may use what the workspace itself has for tests, @blaizejs/testing above all.
    const forTests = rootManifest !== undefined && name in { ...rootManifest.devDependencies };
    if (place.group === 'packages' && !forTests && !mayImport(place.folder, name)) {
      return `${place.manifest.name} may not import ${name}: see tooling/arrows/table.mjs.`;
    }
  }
  if (declared(name, place, rootManifest)) return undefined;
  return `${name} is not among the dependencies of ${place.manifest.name}.`;
}

/** @param {string} name @param {Place} place @param {Manifest | undefined} rootManifest */
function declared(name, { kind, group, manifest }, rootManifest) {
  const { dependencies, peerDependencies, devDependencies } = manifest;
  // An app is not published, so its devDependencies are there wherever it runs.
  const dev =
    kind !== 'source' || group === 'apps' ? { ...rootManifest?.devDependencies, ...devDependencies } : {};
  return name in { ...dependencies, ...peerDependencies, ...dev };
}
