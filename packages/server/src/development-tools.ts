import type * as DevelopmentTools from './development/index.ts';

let tools: typeof DevelopmentTools | undefined;

/**
 * Loads the tools that show errors to developers. Not called in production. Never rejects: without the tools, errors are
 * shown plainly.
 */
export async function loadDevelopmentTools(): Promise<void> {
  try {
    tools ??= await import('./development/index.ts');
  } catch {
    // An incomplete package must not keep a server from starting.
  }
}

/** The tools that {@link loadDevelopmentTools} has loaded. Available once a server is ready. */
export function developmentTools(): typeof DevelopmentTools | undefined {
  return tools;
}
