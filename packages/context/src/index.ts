export { createContext, type CreateContextOptions } from './create-context.ts';
export { reply } from './reply.ts';
export { runWithContext, tryUseContext, useContext } from './storage.ts';
