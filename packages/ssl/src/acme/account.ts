import { createPrivateKey, type KeyObject } from 'node:crypto';

import type { AcmeOptions } from '@blaizejs/types';

import { AcmeError } from './acme-error.ts';
import { AcmeClient } from './client.ts';
import { bindAccount } from './jws.ts';
import type { Account, AcmeStore } from './store.ts';
import { generateKey } from './x509.ts';

/** A client with an account. */
export interface OpenAccount {
  readonly client: AcmeClient;
  readonly key: KeyObject;
  /** The terms of service that were agreed to just now. */
  readonly agreedTo?: string | undefined;
}

/**
 * Opens the stored account, or creates one (RFC 8555 section 7.3). Creating one agrees to the authority's terms of service.
 *
 * @throws AcmeError if the authority refuses
 */
export async function openAccount(
  directoryUrl: string,
  { email, eab, ca }: AcmeOptions,
  { store, signal }: { readonly store: AcmeStore; readonly signal: AbortSignal },
): Promise<OpenAccount> {
  const stored = await store.account();
  const account: Account = stored ?? { key: await generateKey() };
  if (!stored) await store.saveAccount(account);
  const key = createPrivateKey(account.key);
  const client = new AcmeClient(directoryUrl, key, { ca, signal });
  const contact = email === undefined ? [] : [`mailto:${email}`];
  const { newAccount, termsOfService, requiresBinding } = await client.directory();
  const existing = account.url !== undefined && (await findAccount(client, newAccount));
  if (existing) {
    client.kid = existing;
    if (account.email !== email) await client.post(existing, { contact });
    if (account.email !== email || account.url !== existing)
      await store.saveAccount({ key: account.key, url: existing, email });
    return { client, key };
  }
  if (requiresBinding && eab === undefined) {
    throw new AcmeError(
      'The authority requires an account with it. Set tls.acme.eab to the kid and hmacKey that it gave you.',
    );
  }
  const { location } = await client.post(
    newAccount,
    {
      termsOfServiceAgreed: true,
      contact,
      ...(eab && { externalAccountBinding: bindAccount(key, newAccount, eab) }),
    },
    true,
  );
  if (location === undefined) throw new AcmeError('The authority gave no URL for the account.');
  client.kid = location;
  await store.saveAccount({ key: account.key, url: location, email });
  return { client, key, agreedTo: termsOfService };
}

/** The URL of the account with this key, if the authority still has it (RFC 8555 section 7.3.1). */
async function findAccount(client: AcmeClient, newAccount: string): Promise<string | undefined> {
  try {
    return (await client.post(newAccount, { onlyReturnExisting: true }, true)).location;
  } catch (error) {
    if (error instanceof AcmeError && error.type === 'accountDoesNotExist') return undefined;
    throw error;
  }
}
