import type * as DevelopmentTools from './development/index.ts';

let tools: typeof DevelopmentTools | undefined;

/** Loads what shows errors to those who develop. Production never does. Never rejects: there is a plainer way. */
export async function loadDevelopmentTools(): Promise<void> {
  try {
    tools ??= await import('./development/index.ts');
  } catch {
    // A package that is not whole must not keep a server from starting.
  }
}

/** What {@link loadDevelopmentTools} has loaded: at hand as soon as a server is ready. */
export function developmentTools(): typeof DevelopmentTools | undefined {
  return tools;
}
