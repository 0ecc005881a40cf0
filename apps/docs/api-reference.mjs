/** Writes the API reference, from the doc comments of all packages, to `pages/api`. Run before VitePress. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Application } from 'typedoc';

/** @import { DeclarationReflection, Reflection } from 'typedoc' */

const packages = path.resolve(import.meta.dirname, '../../packages');
// Applications and tools have a guide instead; the contracts come first, so that what others export again links there.
const others = ['types', 'blaizejs', 'cli', 'create-blaizejs'];
const folders = ['types', ...readdirSync(packages).filter((name) => !others.includes(name))];

const settings = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [
    ...folders.map((name) => path.join(packages, name, 'src/index.ts')),
    ...subpaths('adapters'),
    ...subpaths('auth'),
    ...subpaths('cache'),
    ...subpaths('jobs'),
    ...subpaths('middleware'),
    ...subpaths('views'),
    ...subpaths('plugins'),
    ...subpaths('realtime'),
    path.join(packages, 'router/src/files.ts'),
  ],
  tsconfig: path.join(import.meta.dirname, 'tsconfig.api.json'),
  basePath: packages,
  out: path.join(import.meta.dirname, 'pages/api'),
  logLevel: 'Error',
  readme: 'none',
  disableSources: true,
  excludeExternals: true,
  // Of typedoc-plugin-markdown: one page a package, with tables.
  router: 'module',
  entryFileName: 'index',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  propertyMembersFormat: 'table',
  tableColumnSettings: { hideInherited: true, hideOverrides: true, hideModifiers: true, hideSources: true },
  pageTitleTemplates: {
    index: 'API reference',
    module: (/** @type {{ name: string }} */ { name }) => `@blaizejs/${name}`,
  },
};

const app = await Application.bootstrapWithPlugins(settings);
const project = await app.convert();
if (!project) throw new Error('The API reference could not be made.');
for (const module of project.children ?? []) {
  module.name = module.name.replace(/\/src(?=\/|$)/, '').replace(/\/index$/, '');
  // What a package only passes on.
  keep(module, (member) => !member.isReference());
  for (const reflection of module.children ?? [])
    // What a class has from another stands there.
    // A name that begins with `~` is internal.
    keep(
      reflection,
      (member) => !member.name.startsWith('~') && !('inheritedFrom' in member && member.inheritedFrom),
    );
}
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exitCode = 1;

/**
 * @param {DeclarationReflection} parent
 * @param {(member: Reflection) => boolean} isKept
 */
function keep(parent, isKept) {
  for (const member of [...(parent.children ?? [])]) {
    if (!isKept(member)) parent.project.removeReflection(member);
  }
  for (const group of parent.groups ?? []) {
    group.children = group.children.filter(isKept);
  }
  parent.groups = parent.groups?.filter(({ children }) => children.length > 0);
}

/** The sources of a package's subpaths, as its package.json lists them. @param {string} name */
function subpaths(name) {
  const folder = path.join(packages, name);
  const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([subpath]) => !['.', './internal', './package.json'].includes(subpath))
    .map(([, entry]) => path.join(folder, entry['@blaizejs/source']));
}
