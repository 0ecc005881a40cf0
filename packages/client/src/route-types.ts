// What the client reads of a route's type. Each is a look-up of a property: inferring the parameters of `Route<…>` would cost
// the compiler much more. `@blaizejs/types` has the same for schemas, and needs the types of Node, which a browser has not.

/** The schemas of a route by name, one after the other; `never` for one that it does not have. */
export type PartOf<R, Name extends string> = 'schema' extends keyof R
  ? PartIn<Exclude<R['schema' & keyof R], undefined>, Name>
  : never;
type PartIn<S, Name extends string> = Name extends keyof S ? Exclude<S[Name], undefined> : never;

/** A schema that follows Standard Schema. */
export interface AnySchema {
  readonly '~standard': unknown;
}

interface ZodSchema {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}

interface StandardSchema {
  readonly '~standard': {
    readonly types?: { readonly input: unknown; readonly output: unknown } | undefined;
  };
}

/** What a schema accepts. */
export type InputOf<S> = S extends ZodSchema
  ? S['_zod']['input']
  : S extends StandardSchema
    ? NonNullable<S['~standard']['types']>['input']
    : unknown;

/** What a schema returns. */
export type OutputOf<S> = S extends ZodSchema
  ? S['_zod']['output']
  : S extends StandardSchema
    ? NonNullable<S['~standard']['types']>['output']
    : unknown;

/** What the handler of a route answers with; the route may be the handler itself. */
export type HandlerResult<R> = R extends (...args: never) => infer Result
  ? Awaited<Result>
  : 'handler' extends keyof R
    ? HandlerResult<R['handler' & keyof R]>
    : unknown;

/** The names of a path's parameters: `id` of `/users/[id]`, `path` of `/files/[...path]`. */
export type NamesIn<Path extends string> = Path extends `${string}[${infer Name}]${infer Rest}`
  ? (Name extends `...${infer Whole}` ? Whole : Name) | NamesIn<Rest>
  : never;
