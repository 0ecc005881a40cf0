import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const SALT = 16;
const TAG = 16;
const TEXT = /^[\w-]+$/;

/** Encrypts and authenticates text for a cookie (AES-256-GCM), with a key and a nonce of its own for each. */
export class Sealer {
  readonly #secrets: readonly KeyObject[];

  /** @param secrets the first seals, all open */
  constructor(secrets: readonly (string | Uint8Array)[]) {
    this.#secrets = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  }

  /** @param name of the cookie: what was sealed for one is not opened for another */
  seal(text: string, name: string): string {
    const salt = randomBytes(SALT);
    const [key, nonce] = derive(this.#secrets[0] as KeyObject, salt);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
    return Buffer.concat([salt, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** Undefined for anything that {@link Sealer.seal} did not return. Never throws. */
  open(sealed: string, name: string): string | undefined {
    const bytes = TEXT.test(sealed) ? Buffer.from(sealed, 'base64url') : Buffer.alloc(0);
    if (bytes.length < SALT + TAG) return undefined;
    for (const secret of this.#secrets) {
      const [key, nonce] = derive(secret, bytes.subarray(0, SALT));
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(-TAG));
      try {
        return decipher.update(bytes.subarray(SALT, -TAG), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        // Sealed with another secret, or not by us.
      }
    }
    return undefined;
  }
}

function derive(secret: KeyObject, salt: Uint8Array): [key: Uint8Array, nonce: Uint8Array] {
  const bytes = new Uint8Array(hkdfSync('sha256', secret, salt, 'blaizejs.flash', 44));
  return [bytes.subarray(0, 32), bytes.subarray(32)];
}
