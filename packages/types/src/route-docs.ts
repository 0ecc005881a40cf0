/** Describes a route to its callers. Names follow the OpenAPI operation object. */
export interface RouteDocs {
  /** One line. */
  readonly summary?: string | undefined;
  /** Markdown (CommonMark). */
  readonly description?: string | undefined;
  /** The groups that the route belongs to. */
  readonly tags?: readonly string[] | undefined;
  /** Unique among all routes. Default: derived from the method and path. */
  readonly operationId?: string | undefined;
  /** Whether clients should stop calling it. */
  readonly deprecated?: boolean | undefined;
  /**
   * Which documents include it: all, only those with internal routes, or none. Default: `public`, or `hidden` for a route with
   * a `tunnel`, such as one for WebSockets, of which OpenAPI can only describe the handshake.
   */
  readonly visibility?: 'public' | 'internal' | 'hidden' | undefined;
  /**
   * What a client needs: any one of these sets of schemes, each scheme with its scopes. An empty list means no security.
   * Default: what the route's middleware declares.
   */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[] | undefined;
  /** Examples. They must match the schemas. */
  readonly examples?: RouteExamples | undefined;
}

/** Named examples of requests and answers. */
export interface RouteExamples {
  /** Request bodies. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Response bodies, by status. */
  readonly response?: Readonly<Record<number, Readonly<Record<string, unknown>>>> | undefined;
}

/** What a middleware requires of clients: security schemes by name, as OpenAPI describes them. */
export type SecuritySchemes = Readonly<Record<string, SecurityScheme>>;

/** One way for clients to authenticate (OpenAPI 3.1, section 4.8.27). */
export type SecurityScheme = {
  readonly description?: string | undefined;
  /** Whether requests without it are served too, unless other middleware of the route has a scheme of type `scopes`. */
  readonly optional?: boolean | undefined;
} & (
  | {
      readonly type: 'http';
      /** The scheme in the `Authorization` header: `bearer`, `basic`. */
      readonly scheme: string;
      readonly bearerFormat?: string | undefined;
    }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'oauth2'; readonly flows: Readonly<Record<string, unknown>> }
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'mutualTLS' }
  /** No scheme of its own: it makes those of the route required, with these scopes. Its name is not used. */
  | { readonly type: 'scopes'; readonly scopes: readonly string[] }
);
