/** How a route is described to those who call it. The names are those of an OpenAPI operation. */
export interface RouteDocs {
  /** One line. */
  readonly summary?: string | undefined;
  /** Markdown (CommonMark). */
  readonly description?: string | undefined;
  /** Groups of routes. */
  readonly tags?: readonly string[] | undefined;
  /** Unique among all routes. Default: made of the method and the path. */
  readonly operationId?: string | undefined;
  /** Whether clients should stop calling it. */
  readonly deprecated?: boolean | undefined;
  /** Who reads of it: everybody, only who asks for internal routes too, or nobody. Default: `public`. */
  readonly visibility?: 'public' | 'internal' | 'hidden' | undefined;
  /**
   * What a client needs: any one of these, each a set of schemes by name with the scopes of each. An empty list says that it
   * needs nothing. Default: what the route's middleware declares.
   */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[] | undefined;
  /** Examples, which have to fit the schemas. */
  readonly examples?: RouteExamples | undefined;
}

/** Examples of what a route gets and answers, each by a name. */
export interface RouteExamples {
  /** Bodies of requests. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Bodies of answers, by status. */
  readonly response?: Readonly<Record<number, Readonly<Record<string, unknown>>>> | undefined;
}

/** What a middleware requires of clients: security schemes by name, as OpenAPI describes them. */
export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>;

/** One way in which clients say who they are (OpenAPI 3.1, section 4.8.27). */
export type SecurityScheme = { readonly description?: string | undefined } & (
  | {
      readonly type: 'http';
      /** Of the `Authorization` header: `bearer`, `basic`. */
      readonly scheme: string;
      readonly bearerFormat?: string | undefined;
    }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, unknown>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
);
