/** Reads scopes: a list, or a text that separates them with spaces (RFC 6749 section 3.3). Anything else has none. */
export function readScopes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
}

/** The scopes of a user or key that has a property `scopes`. */
export function scopesOf(user: unknown): readonly string[] {
  return typeof user === 'object' && user !== null && 'scopes' in user ? readScopes(user.scopes) : [];
}
