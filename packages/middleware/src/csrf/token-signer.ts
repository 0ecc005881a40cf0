import type { Secret } from '../secrets.ts';

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const BYTES = 32;
// The mask and what it hides, in base64url.
const TOKEN = /^[\w-]{86}$/;

/**
 * Signs tokens: an HMAC over the seed that a client has in a cookie and its session. Each is masked anew (XOR with random bytes
 * that it begins with): in answers that are compressed, whoever sees only lengths could otherwise guess it bit by bit (BREACH).
 */
export class TokenSigner {
  readonly #secrets: readonly Secret[];
  #keys: readonly Key[] | undefined;

  /** @param secrets the first signs, all verify */
  constructor(secrets: readonly Secret[]) {
    this.#secrets = secrets;
  }

  async sign(seed: string, session: string | undefined): Promise<string> {
    const [key] = await this.#import();
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key as Key, messageOf(seed, session)));
    const mask = crypto.getRandomValues(new Uint8Array(BYTES));
    return Buffer.concat([mask, xor(mask, mac)]).toString('base64url');
  }

  /** Takes the same time for all tokens that look like one. Never throws, whatever a client has sent. */
  async verify(token: string, seed: string, session: string | undefined): Promise<boolean> {
    if (!TOKEN.test(token)) return false;
    const bytes = Buffer.from(token, 'base64url');
    const mac = xor(bytes.subarray(0, BYTES), bytes.subarray(BYTES));
    const message = messageOf(seed, session);
    const results = await Promise.all(
      (await this.#import()).map((key) => crypto.subtle.verify('HMAC', key, mac, message)),
    );
    return results.includes(true);
  }

  // Workers forbid it before there is a request, and a promise of one request in another.
  async #import(): Promise<readonly Key[]> {
    return (this.#keys ??= await Promise.all(
      this.#secrets.map((secret) =>
        crypto.subtle.importKey('raw', Buffer.from(secret), HMAC, false, ['sign', 'verify']),
      ),
    ));
  }
}

/** What is signed. The seed has a fixed length, so that no two pairs have the same message. */
function messageOf(seed: string, session: string | undefined): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(`blaizejs.csrf ${seed}${session === undefined ? '' : ` ${session}`}`));
}

function xor(mask: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, index) => byte ^ (mask[index] as number));
}
