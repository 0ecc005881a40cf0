import { isBuiltin } from 'node:module';

import type { Plugin } from 'esbuild';

const REQUIRED = 'required-builtin';

/**
 * Leaves Node's own modules outside, under the names with `node:`, also those that CommonJS requires: an ES module has no
 * `require()`.
 */
export const builtinsStayOutside: Plugin = {
  name: 'builtins-stay-outside',
  setup: (build) => {
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind, namespace }) => {
      if (/^(?:cloudflare|workerd):/.test(path)) return { path, external: true };
      if (!isBuiltin(path)) return undefined;
      const name = path.startsWith('node:') ? path : `node:${path}`;
      const isRequired = kind === 'require-call' && namespace !== REQUIRED;
      return isRequired
        ? { path: name, namespace: REQUIRED }
        : { path: name, external: true, sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
      contents: `import builtin from ${JSON.stringify(path)};\nmodule.exports = builtin;\n`,
      loader: 'js',
    }));
  },
};
