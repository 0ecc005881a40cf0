import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'https://api.example.com';
export const SECRET = 'a secret that has at least 32 bytes, this one';

/** Claims that are good. */
export const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'alice', exp: 4_102_444_800 };

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const ed25519 = generateKeyPairSync('ed25519');

/** Signs a token. */
export function sign(
  key: KeyObject | string,
  alg: string,
  claims: JWTPayload = CLAIMS,
  header: Record<string, unknown> = {},
): Promise<string> {
  const signer = new SignJWT(claims).setProtectedHeader({ alg, ...header });
  return signer.sign(typeof key === 'string' ? Buffer.from(key) : key);
}

/** Writes a token that jose would not: any header and payload, with an HMAC of the secret. */
export function forge(header: unknown, payload: unknown, secret: string | Uint8Array = SECRET): string {
  const part = (value: unknown): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const body = `${part(header)}.${part(payload)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export const invalid = (reason: string): string =>
  `Bearer error="invalid_token", error_description="${reason}"`;
