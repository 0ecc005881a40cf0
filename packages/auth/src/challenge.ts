/** How a server asks for credentials: one challenge of a `WWW-Authenticate` header (RFC 9110 section 11.3). */
export interface Challenge {
  /** `Basic`, `Bearer`, … */
  readonly scheme: string;
  /** In the order in which they are sent. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** The value of `WWW-Authenticate` for these challenges. */
export function writeChallenges(challenges: readonly Challenge[]): string {
  return challenges.map(write).join(', ');
}

function write({ scheme, params }: Challenge): string {
  const list = Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`],
  );
  return list.length === 0 ? scheme : `${scheme} ${list.join(', ')}`;
}
