/** The options that every way to authenticate has. */
export interface CommonAuthOptions {
  /** What the credentials are for, in printable ASCII. Clients may show it. Default: none; `Restricted` for Basic. */
  readonly realm?: string | undefined;
  /**
   * Whether requests without credentials of this kind are served too. `ctx.state.user` is then undefined, until a guard
   * refuses the request. Bad credentials are refused all the same. Default: false.
   */
  readonly optional?: boolean | undefined;
  /** The name of the security scheme in OpenAPI documents. Default: `basic`, `bearer` or `apiKey`. */
  readonly scheme?: string | undefined;
}
