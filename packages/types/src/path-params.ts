import type { PathParams } from './context.ts';

/**
 * The parameters of a path in the notation of route files: `/users/[id]`, `/files/[...path]`. Values are percent-decoded
 * strings.
 */
export type ParamsOfPath<Path extends string> = string extends Path
  ? PathParams
  : { [Name in BracketNames<Path>]: string };

type BracketNames<Path> = Path extends `${string}[${infer Name}]${infer Rest}`
  ? (Name extends `...${infer Spread}` ? Spread : Name) | BracketNames<Rest>
  : never;
