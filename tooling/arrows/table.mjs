/** The packages and what each may import: the arrows. No cycle, and nothing that is not written here. */

/** @type {Readonly<Record<string, readonly string[]>>} by folder in `packages/` */
export const ARROWS = {
  types: [],
  errors: ['types'],
  context: ['types', 'errors'],
  router: ['types', 'errors'],
  middleware: ['types', 'errors', 'context'],
  plugins: ['types', 'errors', 'context'],
  ssl: ['types', 'errors'],
  app: ['types', 'errors', 'context', 'router', 'middleware', 'plugins'],
  server: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl'],
  testing: ['types', 'errors', 'context', 'router', 'middleware', 'plugins', 'app', 'ssl', 'server'],
  blaizejs: [
    'types',
    'errors',
    'context',
    'router',
    'middleware',
    'plugins',
    'app',
    'ssl',
    'server',
    'testing',
  ],
  cli: ['errors', 'router', 'ssl'],
  'create-blaizejs': [],
};

/** Packages that make apps. Their devDependencies are what those apps get: templates import them, sources do not. */
export const MAKERS = ['create-blaizejs'];

export const UMBRELLA = 'blaizejs';

/** `@blaizejs/ssl/x` → `@blaizejs/ssl`, `zod/v4` → `zod`. @param {string} specifier */
export function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Is it one of ours? @param {string} name a package's name */
export function isInternal(name) {
  return name === UMBRELLA || name.startsWith('@blaizejs/');
}

/** @param {string} folder @param {string} name an internal package's name */
export function mayImport(folder, name) {
  return name !== UMBRELLA && (ARROWS[folder]?.includes(name.slice('@blaizejs/'.length)) ?? false);
}
