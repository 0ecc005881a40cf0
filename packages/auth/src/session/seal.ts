import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const VERSION = 1;
const SALT = 16;
const NONCE = 12;
const TAG = 16;
const HEAD = 1 + SALT + NONCE;
const SEALED = /^[\w-]+$/;

/**
 * Encrypts and authenticates values (AES-256-GCM). Each has a key of its own, made from a random salt: with one key for all,
 * random nonces would repeat after some 2^32 values (NIST SP 800-38D section 8.3).
 */
export class Sealer {
  readonly #keys: readonly KeyObject[];

  /**
   * @param secrets the first seals, all open
   * @param purpose keeps what was sealed for one purpose from being opened for another
   */
  constructor(secrets: readonly (string | Uint8Array)[], purpose: string) {
    this.#keys = secrets.map((secret) =>
      createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `blaizejs.session ${purpose}`, 32))),
    );
  }

  /** Seals bytes as text that a cookie can hold. */
  seal(bytes: Uint8Array): string {
    const head = Buffer.concat([Buffer.of(VERSION), randomBytes(SALT + NONCE)]);
    const cipher = createCipheriv('aes-256-gcm', keyOf(this.#keys[0] as KeyObject, head), nonceOf(head));
    cipher.setAAD(head);
    return Buffer.concat([head, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** Opens what {@link Sealer.seal} returned; undefined for anything else. Never throws. */
  open(sealed: string): Uint8Array | undefined {
    if (!SEALED.test(sealed)) return undefined;
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes[0] !== VERSION || bytes.length < HEAD + TAG) return undefined;
    // Node ignores a character too many, and bits that are left over. Some count or compare cookies as they are spelled.
    if (bytes.toString('base64url') !== sealed) return undefined;
    const head = bytes.subarray(0, HEAD);
    for (const key of this.#keys) {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(key, head), nonceOf(head), {
        authTagLength: TAG,
      });
      decipher.setAAD(head).setAuthTag(bytes.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD, -TAG)), decipher.final()]);
      } catch {
        // Sealed with another secret, or not by us.
      }
    }
    return undefined;
  }
}

function keyOf(key: KeyObject, head: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(head.subarray(1, 1 + SALT))
    .digest();
}

function nonceOf(head: Uint8Array): Uint8Array {
  return head.subarray(1 + SALT);
}
