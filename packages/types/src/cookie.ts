/** How a cookie is kept and sent (RFC 6265). */
export interface CookieOptions {
  domain?: string | undefined;
  expires?: Date | undefined;
  /** Default: true, so that scripts cannot read it. */
  httpOnly?: boolean | undefined;
  /** Seconds. */
  maxAge?: number | undefined;
  partitioned?: boolean | undefined;
  /** Default: `/`. */
  path?: string | undefined;
  priority?: 'low' | 'medium' | 'high' | undefined;
  /** Default: `lax`. */
  sameSite?: 'strict' | 'lax' | 'none' | undefined;
  /** Default: true if the request's `url` is https. */
  secure?: boolean | undefined;
}
