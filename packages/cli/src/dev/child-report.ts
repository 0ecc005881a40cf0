/** The messages from a server to `blaize dev`. */
export type ChildReport =
  | { readonly event: 'listening'; readonly port: number; readonly host: string }
  | { readonly event: 'taken'; readonly port: number; readonly host: string | undefined };
