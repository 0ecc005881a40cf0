import type { Plugin } from 'esbuild';

// A function or a worker is loaded for its first request, so its size is time. These CommonJS modules come along with packages that are needed,
// and esbuild can't see that nothing calls them.
const UNUSED = /[/\\]negotiator[/\\]lib[/\\](?:charset|encoding|language)\.js$/;
// They do nothing when they are loaded, and don't say so.
const WITHOUT_EFFECTS = /^(?:fast-querystring|negotiator|secure-json-parse)$/;
const RESOLVED = Symbol('resolved');

/** Leaves out what no app calls of the packages that BlaizeJS needs. */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup: (build) => {
    build.onLoad({ filter: UNUSED }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    build.onResolve({ filter: WITHOUT_EFFECTS }, async ({ path, pluginData, ...options }) => {
      if (pluginData === RESOLVED) return undefined;
      const { errors, ...resolved } = await build.resolve(path, { ...options, pluginData: RESOLVED });
      return { ...resolved, ...(errors.length > 0 && { errors }), sideEffects: false };
    });
  },
};
