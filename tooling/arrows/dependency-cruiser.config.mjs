/**
 * What packages may import, for `pnpm lint`. knip finds dependencies that are listed but never imported (`pnpm
 * check:unused`).
 */
import { readManifest } from '../workspace.mjs';
import { ARROWS } from './table.mjs';

const TEST = ['^(packages|apps)/[^/]+/test/', '[.]test(-d)?[.]ts$'];
const CONFIG = '^(packages|apps)/[^/]+/[^/]+[.]config[.]ts$';

const arrows = Object.entries(ARROWS).flatMap(([folder, targets], index, all) => {
  // An arrow to a package further below would allow a cycle.
  const above = targets.filter((target) => all.findIndex(([other]) => other === target) < index);
  const { dependencies = {} } = readManifest(`packages/${folder}`);
  const listed = above.filter((target) => `@blaizejs/${target}` in dependencies);
  return [
    {
      name: `arrows of ${folder}`,
      comment: 'Import what is in tooling/arrows/table.mjs and among the dependencies in package.json.',
      from: { path: `^packages/${folder}/`, pathNot: TEST },
      to: { path: '^packages/', pathNot: within([folder, ...listed]) },
    },
    {
      name: `arrows of the tests of ${folder}`,
      comment: 'Import what is in tooling/arrows/table.mjs, or @blaizejs/testing, which the root lists.',
      from: { path: `^packages/${folder}/` },
      to: { path: '^packages/', pathNot: within([folder, ...above, 'testing']) },
    },
  ];
});

/** @type {import('dependency-cruiser').IRegularForbiddenRuleType[]} */
const rules = [
  ...arrows,
  {
    name: 'a package without arrows',
    comment: 'Add it to tooling/arrows/table.mjs.',
    from: { path: '^packages/', pathNot: within(Object.keys(ARROWS)) },
    to: {},
  },
  {
    name: 'an import of nothing',
    comment: 'Import what the package exports, and list the package in package.json.',
    from: { path: '^(packages|apps)/' },
    // The compiler checks relative imports.
    to: { pathNot: '^[.]', couldNotResolve: true },
  },
  {
    name: 'a dependency that is not listed',
    comment: 'Sources import what is among the dependencies or peerDependencies in package.json.',
    from: { path: '^packages/', pathNot: [...TEST, CONFIG] },
    // An optional peer is among the devDependencies too, for the tests. What `imports` of package.json names is listed by its own name.
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['npm-peer', 'aliased-subpath-import'],
    },
  },
  {
    name: 'a dependency that an app does not list',
    comment: 'An app is not published, so it may import its devDependencies, too.',
    from: { path: '^apps/', pathNot: [...TEST, CONFIG] },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'a relative import of another package',
    comment: 'Import it by its name.',
    from: { path: '^(packages|apps)/([^/]+)/' },
    to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
  },
  {
    name: 'tooling in sources',
    comment: 'Only tests and configurations share what is in tooling/.',
    from: { path: '^(packages|apps)/', pathNot: [...TEST, CONFIG] },
    to: { path: '^tooling/' },
  },
  {
    name: 'a package that imports itself by its name',
    comment: 'Sources import files of their own package by relative paths.',
    from: { path: '^packages/([^/]+)/src/', pathNot: TEST },
    to: { path: '^packages/$1/', dependencyTypesNot: ['local'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: rules.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    // Imports of types count too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@blaizejs/source', 'node', 'import', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(packages|apps)/[^/]+/(dist|[.]blaize)/', '^packages/create-blaizejs/templates/'] },
  },
};

/** @param {readonly string[]} folders */
function within(folders) {
  return `^packages/(${folders.join('|')})/`;
}
