/** The cookie that holds the API token of whoever signed in on the page. */
export const SESSION = 'session';

const MONTH_SECONDS = 30 * 24 * 60 * 60;

/** Not for scripts (the default), not for requests from other sites, and only over TLS, also where a proxy speaks it. */
export const SESSION_COOKIE = { sameSite: 'lax', secure: true, maxAge: MONTH_SECONDS } as const;
