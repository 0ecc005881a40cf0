/** What a parser returns. */
export type Parsed =
  | { readonly values: unknown; readonly lines: ReadonlyMap<string, number> }
  | { readonly problems: readonly { readonly line?: number | undefined; readonly message: string }[] };
