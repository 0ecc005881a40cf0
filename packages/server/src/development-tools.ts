import type * as DevelopmentTools from './development/index.ts';

let tools: typeof DevelopmentTools | undefined;

/** Loads the tools that show errors to developers, which production never does. Never rejects: errors are then shown plainly. */
export async function loadDevelopmentTools(): Promise<void> {
  try {
    tools ??= await import('./development/index.ts');
  } catch {
    // An incomplete package must not keep a server from starting.
  }
}

/** What {@link loadDevelopmentTools} has loaded, which is available once a server is ready. */
export function developmentTools(): typeof DevelopmentTools | undefined {
  return tools;
}
