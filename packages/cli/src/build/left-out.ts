import { isBuiltin } from 'node:module';

import type { Metafile, OutputFile, Plugin } from 'esbuild';

/**
 * The parts of the framework that an app reaches only by name: the constant that leaves each of them out, and the names. A part
 * stays if one of its names is anywhere in the code of the app and its packages: as a property, or in a text.
 */
export const PARTS: Readonly<Record<string, RegExp>> = {
  BLAIZE_WITHOUT_BODY: /\b(?:body|bytes|text|json|formData|stream|mount|chunksOf|parseJson)\b/,
  // Those adapters close an app on signals.
  BLAIZE_WITHOUT_CLOSE: /\bclose\b|ispose|adapters\/(?:bun|deno)/,
  BLAIZE_WITHOUT_CONSTRAINTS: /\bconstraints\b/,
  BLAIZE_WITHOUT_COOKIES: /cookie/i,
  BLAIZE_WITHOUT_DEADLINES: /\bdeadlineHeader\b/,
  BLAIZE_WITHOUT_DOCS: /\bdocs\b/,
  // What event streams of packages are made with.
  BLAIZE_WITHOUT_FEEDS: /\bFEED\b/,
  // Services per request are released then.
  BLAIZE_WITHOUT_FINISH: /\b(?:onFinish|plugins|register)\b/,
  // In the paths of route files.
  BLAIZE_WITHOUT_FOLDER_FILES: /_404|_error/,
  BLAIZE_WITHOUT_FOLDERS: /\baddRouteDirectory\b/,
  BLAIZE_WITHOUT_FORMS: /formdata/i,
  BLAIZE_WITHOUT_HINTS: /earlyHints/,
  BLAIZE_WITHOUT_LOGGER: /logger/i,
  BLAIZE_WITHOUT_MIDDLEWARE: /middleware|\buse\b|onRequest|onSend|onError|observeSteps|constraints/i,
  BLAIZE_WITHOUT_MOUNTS: /\bmount\b/,
  BLAIZE_WITHOUT_NEGOTIATION: /\b(?:accepts|format)\b/,
  // In patterns: a colon in a text, or brackets in the path of a route file.
  BLAIZE_WITHOUT_PARAMETERS:
    /\bparams\b|[^\w$)\]]:|["'`]\/[^"'`\s]*:|\[[^"'`\]]*\][^"'`\s]*\.[cm]?[jt]sx?["'`]/,
  BLAIZE_WITHOUT_PLUGINS: /\b(?:plugins|register)\b/,
  // Forms in bodies are parsed like queries.
  BLAIZE_WITHOUT_QUERY: /\b(?:query|body|formData)\b/,
  BLAIZE_WITHOUT_READERS: /\bbodyReaders\b/,
  BLAIZE_WITHOUT_SCHEMA: /schema/i,
  BLAIZE_WITHOUT_TUNNELS: /tunnel/,
};

// What has the parts, and adapters, which only call an app. Other packages use the parts by the same names as apps do.
const CORE = /^@blaizejs\/(?:adapters|app|context|errors|router|types)(?:\/|$)/;

/** Leaves the framework out of a bundle, so that what uses it remains. */
export const withoutCore: Plugin = {
  name: 'without-core',
  setup: (build) => {
    build.onResolve({ filter: CORE }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

/**
 * Finds the parts of the framework that no code names.
 *
 * @param bundle what uses the framework, without it and without comments and names of variables
 * @returns their constants, for `define`
 */
export function findLeftOut(
  metafile: Metafile,
  bundle: readonly OutputFile[],
): Readonly<Record<string, 'true'>> {
  const code = bundle.map(({ text }) => text).join('\n');
  if (loadsMore(metafile, code)) return {};
  return Object.fromEntries(
    Object.entries(PARTS)
      .filter(([, names]) => !names.test(code))
      .map(([constant]) => [constant, 'true']),
  );
}

/** Whether code that is not in the bundle could use the framework. */
function loadsMore({ outputs }: Metafile, code: string): boolean {
  const isOutside = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .some(
      ({ path, external }) =>
        external && !CORE.test(path) && !isBuiltin(path) && !/^(?:cloudflare|workerd):/.test(path),
    );
  return isOutside || /\bimport\((?!["'])|\brequire\b|\bcreateRequire\b|\beval\b|\bFunction\(/.test(code);
}
