/** What a server under `blaize dev` tells of itself. */
export type ChildReport =
  | { readonly event: 'listening'; readonly port: number; readonly host: string }
  | { readonly event: 'taken'; readonly port: number; readonly host: string | undefined };
