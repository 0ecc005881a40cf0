import { defineProject } from 'vitest/config';

const SOURCE = '@blaizejs/source';

/** A package's tests: from source, through the condition that its `exports` name for that. */
export function project(name: string): ReturnType<typeof defineProject> {
  return defineProject({
    // vitest resolves for Node through `ssr`; `resolve` alone would find the built files.
    ssr: { resolve: { conditions: [SOURCE, 'node', 'import', 'default'] } },
    resolve: { conditions: [SOURCE, 'node', 'import', 'default'] },
    test: {
      name,
      include: ['{src,test}/**/*.test.ts'],
      typecheck: { enabled: false },
      testTimeout: 15_000,
      hookTimeout: 15_000,
    },
  });
}
