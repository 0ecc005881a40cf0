import { readFileSync } from 'node:fs';

import { project } from '../../tooling/presets/vitest.ts';

const BUILT = /\/blaizejs-test-[^/]+\/.*dist\/.*\.js$/;

export default project('cli', {
  // Hints name the package manager that runs the process if the app names none. Here none does, whatever runs the tests.
  env: { npm_config_user_agent: '' },
  plugins: [
    {
      name: 'built apps',
      // vite complains of source maps that it does not find, as the URL of `[id].js.map` has its brackets encoded.
      load: (id) =>
        BUILT.test(id) ? readFileSync(id, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '') : undefined,
    },
  ],
});
