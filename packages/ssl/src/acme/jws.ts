import { createHash, createHmac, createPublicKey, type KeyObject, sign } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The public key of an EC P-256 key, with its members in the order of RFC 7638. */
function toJwk(key: KeyObject): Json {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, y };
}

/** Identifies the account in challenges (RFC 7638). */
export function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(JSON.stringify(toJwk(key)))
    .digest('base64url');
}

/**
 * Signs a request by ES256 (RFC 8555 section 6.2).
 *
 * @param payload undefined for POST-as-GET
 * @param kid the URL of the account; without one, the request contains the public key
 */
export function signRequest(
  key: KeyObject,
  { url, nonce, kid, payload }: { url: string; nonce: string; kid?: string | undefined; payload: unknown },
): string {
  const header = { alg: 'ES256', nonce, url, ...(kid === undefined ? { jwk: toJwk(key) } : { kid }) };
  const content = payload === undefined ? '' : encode(payload);
  const text = `${encode(header)}.${content}`;
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return JSON.stringify({
    protected: encode(header),
    payload: content,
    signature: signature.toString('base64url'),
  });
}

/** Binds the account's key to an account at the authority (RFC 8555 section 7.3.4). */
export function bindAccount(key: KeyObject, url: string, eab: { kid: string; hmacKey: string }): Json {
  const header = encode({ alg: 'HS256', kid: eab.kid, url });
  const payload = encode(toJwk(key));
  const mac = createHmac('sha256', Buffer.from(eab.hmacKey, 'base64url'));
  return { protected: header, payload, signature: mac.update(`${header}.${payload}`).digest('base64url') };
}
