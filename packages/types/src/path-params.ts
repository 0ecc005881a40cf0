import type { PathParams } from './context.ts';

/**
 * The parameters of a path, which is written as in the name of its file: `/users/[id]`, `/files/[...path]`. All are strings,
 * percent-decoded.
 */
export type ParamsOfPath<Path extends string> = string extends Path
  ? PathParams
  : { [Name in BracketNames<Path>]: string };

type BracketNames<Path> = Path extends `${string}[${infer Name}]${infer Rest}`
  ? (Name extends `...${infer Spread}` ? Spread : Name) | BracketNames<Rest>
  : never;
