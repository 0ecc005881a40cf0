// Options that are a secret. Narrower than the names of credentials in a log: `session` and `cookie` are options, too.
const SECRET =
  /secret|passw|passphrase|passcode|credential|token$|(?:api|access|private|hmac|ticket)[-_]?keys?$|pwd$/i;
// A name that many things have, unless the value looks like one.
const KEY = /^key$/i;
const ENOUGH = 16;
const PRIVATE = 'PRIVATE KEY';
// `redis://:password@host`.
const PASSWORD_IN_URL = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#:]*:\S*@/i;
// What a check has concealed by itself.
const SHOWN = /^\((?:hidden|\d+ bytes?|a value of type \w+)\)$/;

/**
 * What may be shown of a value that was not accepted. Of one that may be a secret, for its name or for what it is, that is its
 * length: messages are read in logs, and a secret that is too short for one option is in use elsewhere.
 *
 * @param meant the suggestion, which says what name was meant if it is unknown
 */
export function concealed(path: string, value: unknown, meant = ''): unknown {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'function')
    return value;
  const name =
    path
      .replace(/(?:\[\d+\])+$/, '')
      .split('.')
      .at(-1) ?? '';
  if (!isSecret(name, value) && !isSecret(/^Did you mean `([^`]+)`/.exec(meant)?.[1] ?? '', value))
    return value;
  if (typeof value === 'string') return SHOWN.test(value) ? value : `(${counted(value.length, 'character')})`;
  if (value instanceof Uint8Array) return `(${counted(value.length, 'byte')})`;
  return Array.isArray(value) ? value.map(() => '(hidden)') : `(a value of type ${typeof value})`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function isSecret(name: string, value: unknown): boolean {
  if (SECRET.test(name)) return true;
  if (typeof value !== 'string') return value instanceof Uint8Array && KEY.test(name);
  if (value.includes(PRIVATE) || PASSWORD_IN_URL.test(value)) return true;
  return KEY.test(name) && value.length >= ENOUGH;
}
