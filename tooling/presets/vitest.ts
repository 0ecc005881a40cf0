import { defineProject, type ViteUserConfig } from 'vitest/config';

const SOURCE = '@blaizejs/source';

// 0 is no limit: whoever stands at a breakpoint needs as long as it takes (`pnpm test --debug`).
const PATIENCE_MS = process.env['BLAIZE_TEST_DEBUG'] ? 0 : 15_000;

/** What a package's tests need besides. */
interface ProjectOptions {
  /** Environment variables. */
  readonly env?: Record<string, string>;
  readonly plugins?: ViteUserConfig['plugins'];
}

/** A package's tests: from source, through the condition that its `exports` name for that. */
export function project(
  name: string,
  { env = {}, plugins = [] }: ProjectOptions = {},
): ReturnType<typeof defineProject> {
  return defineProject({
    plugins,
    // vitest resolves for Node through `ssr`; `resolve` alone would find the built files. It passes these on to Node, so
    // `import`, which vite adds by itself, must not be one: `require()` would get ES modules.
    ssr: { resolve: { conditions: [SOURCE, 'node'] } },
    resolve: { conditions: [SOURCE, 'node'] },
    test: {
      name,
      env,
      // Files share a process, and so what they import: to start one for each took half of the time of all tests. A file
      // leaves nothing behind for the next one; `vi.mock()` would, so use `vi.doMock()` and take it back.
      isolate: false,
      include: ['{src,test}/**/*.test.ts'],
      typecheck: { enabled: false },
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
      // What is polled for is awaited: a second is not enough on a machine that has other work.
      expect: { poll: { timeout: PATIENCE_MS || 3_600_000 } },
    },
  });
}
