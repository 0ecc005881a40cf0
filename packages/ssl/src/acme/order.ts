import { createPrivateKey } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { AcmeError, printable, toAcmeError } from './acme-error.ts';
import type { Challenges, ChallengeType } from './challenges.ts';
import type { AcmeClient, JsonAnswer } from './client.ts';
import { type AcmeStore, checkCertificate, type StoredCertificate } from './store.ts';
import { generateKey, signingRequest } from './x509.ts';

/** What an order needs. */
export interface OrderSettings {
  readonly client: AcmeClient;
  readonly store: AcmeStore;
  readonly challenges: Challenges;
  readonly domains: readonly string[];
  /** The kinds of proof to use, best first. */
  readonly types: readonly ChallengeType[];
  /** The part of a key authorization that identifies the account. */
  readonly thumbprint: string;
  /** The certificate that the new one replaces (RFC 9773 section 5). */
  readonly replaces?: string | undefined;
  readonly signal: AbortSignal;
}

type Json = Readonly<Record<string, unknown>>;

const PATIENCE = 5 * 60_000;
const TOKEN = /^[\w-]{1,512}$/;

/**
 * Gets a certificate (RFC 8555 section 7.4), by the order that an earlier process has left if it is still good.
 *
 * @throws AcmeError if the authority refuses, a proof fails, or it takes more than five minutes
 */
export async function obtainCertificate(settings: OrderSettings): Promise<StoredCertificate> {
  const { client, store, domains } = settings;
  const { url, key, json } = (await resumeOrder(settings)) ?? (await createOrder(settings));
  let order = json;
  if (order['status'] === 'pending') {
    const { authorizations } = order;
    if (!Array.isArray(authorizations) || !authorizations.every((one) => typeof one === 'string'))
      throw new AcmeError('The order has no list of authorizations.');
    for (const authorization of authorizations) await authorize(authorization, settings);
    order = await poll(url, settings, 'pending');
  }
  if (order['status'] === 'ready') {
    const csr = await signingRequest(createPrivateKey(key), domains);
    const { json: finalized } = await client.post(text(order, 'finalize'), { csr });
    order = finalized['status'] === 'valid' ? finalized : await poll(url, settings, 'processing', 'ready');
  }
  if (order['status'] === 'processing') order = await poll(url, settings, 'processing');
  if (order['status'] !== 'valid') {
    await forgetOrder(store);
    throw toAcmeError(`The order for ${domains.join(', ')} failed`, order['error']);
  }
  const chain = await client.text(text(order, 'certificate'));
  return checkCertificate(key, chain, domains);
}

interface Order {
  readonly url: string;
  readonly key: string;
  readonly json: Json;
}

async function resumeOrder({ client, store }: OrderSettings): Promise<Order | undefined> {
  const { order } = await store.state();
  if (!order) return undefined;
  try {
    const { json } = await client.post(order.url);
    if (json['status'] !== 'invalid') return { ...order, json };
  } catch (error) {
    // The authority has forgotten it.
    if (!(error instanceof AcmeError) || error.status === undefined || error.status >= 500) throw error;
    if (error.type === 'rateLimited') throw error;
  }
  await forgetOrder(store);
  return undefined;
}

async function createOrder(settings: OrderSettings): Promise<Order> {
  const { client, store, domains, replaces } = settings;
  const { newOrder } = await client.directory();
  const identifiers = domains.map((value) => ({ type: 'dns', value }));
  const send = (extra: Json): Promise<JsonAnswer> => client.post(newOrder, { identifiers, ...extra });
  // Another order may have replaced the certificate; the authority may have forgotten it (RFC 9773 section 5).
  const answer = await (replaces === undefined
    ? send({})
    : send({ replaces }).catch((error: unknown) => {
        const { status = 0, type } = error as AcmeError;
        if (status < 400 || status >= 500 || type === 'rateLimited') throw error;
        return send({});
      }));
  if (answer.location === undefined) throw new AcmeError('The authority gave no URL for the order.');
  const key = await generateKey();
  await store.saveState({ ...(await store.state()), order: { url: answer.location, key } });
  return { url: answer.location, key, json: answer.json };
}

async function forgetOrder(store: AcmeStore): Promise<void> {
  const { failures, retryAt } = await store.state();
  await store.saveState({ failures, retryAt });
}

async function authorize(url: string, settings: OrderSettings): Promise<void> {
  const { client, challenges, domains, types, thumbprint } = settings;
  const { json } = await client.post(url);
  if (json['status'] === 'valid') return;
  const identifier = json['identifier'] as Json | undefined;
  const name = text(identifier ?? {}, 'value');
  if (!domains.some((domain) => domain.replace('*.', '') === name))
    throw new AcmeError(`The authority wants a proof for "${printable(name)}", which was not asked for.`);
  const offered = Array.isArray(json['challenges']) ? (json['challenges'] as Json[]) : [];
  const challenge = types.map((type) => offered.find((one) => one['type'] === type)).find(Boolean);
  if (!challenge) {
    const kinds = printable(offered.map((one) => String(one['type'])).join(', '));
    throw new AcmeError(
      `The authority offers ${kinds} for ${name}; this server can answer ${types.join(', ')}.`,
    );
  }
  const token = text(challenge, 'token');
  if (!TOKEN.test(token)) throw new AcmeError('The token of a challenge is not base64url.');
  const type = challenge['type'] as ChallengeType;
  const proof = { type, name, token, keyAuthorization: `${token}.${thumbprint}` };
  const remove = await challenges.show(proof);
  try {
    await client.post(text(challenge, 'url'), {});
    const after = await poll(url, settings, 'pending');
    if (after['status'] === 'valid') return;
    const tried = Array.isArray(after['challenges']) ? (after['challenges'] as Json[]) : [];
    const error = tried.find((one) => one['error'] !== undefined)?.['error'];
    throw toAcmeError(`The authority could not confirm ${name} by ${type}`, error);
  } finally {
    await remove();
  }
}

/** Reads a resource until its status is another one. */
async function poll(url: string, { client, signal }: OrderSettings, ...while_: string[]): Promise<Json> {
  const end = Date.now() + PATIENCE;
  for (let wait = 250; ; wait = Math.min(wait * 1.5, 5000)) {
    const { json, retryAt } = await client.post(url);
    if (!while_.includes(String(json['status']))) return json;
    const asked = retryAt === undefined ? wait : Math.max(retryAt - Date.now(), wait);
    if (Date.now() + asked > end) {
      throw new AcmeError(`The authority did not finish within ${PATIENCE / 60_000} minutes.`, { retryAt });
    }
    await setTimeout(asked, undefined, { signal, ref: false });
  }
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value === 'string') return value;
  throw new AcmeError(`An answer of the authority lacks "${name}".`);
}
