import { isObject, toError } from '@blaizejs/errors/internal';
import type { Logger } from '@blaizejs/types';
import * as client from 'openid-client';

import { readText } from '../read-text.ts';
import { badLogin, deniedLogin, providerFailed } from './errors.ts';

/** The settings of a {@link Provider}. All times are in milliseconds. */
export interface ProviderSettings {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly clientAuthentication: 'basic' | 'post';
  readonly clockTolerance: number;
  readonly timeout: number;
  readonly cooldown: number;
  readonly maxAge: number;
}

const ANSWERS = new Set([
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
]);

/** A provider of OpenID Connect, whose metadata is fetched when it is first needed, and kept. */
export class Provider {
  readonly #settings: ProviderSettings;
  #known: { readonly configuration: client.Configuration; readonly at: number } | undefined;
  #asking: Promise<client.Configuration> | undefined;
  /** When the last try failed, and why. */
  #failure: { readonly error: Error; readonly at: number } | undefined;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  get issuer(): string {
    return this.#settings.issuer.href;
  }

  /** @throws ServiceUnavailableError (503) if the provider can't be asked */
  async configuration(log: Logger): Promise<client.Configuration> {
    const { maxAge, cooldown } = this.#settings;
    const known = this.#known;
    if (known && now() - known.at < maxAge) return known.configuration;
    const failure = this.#failure;
    const rests = failure && now() - failure.at < cooldown;
    // While it is down, what it said is good, and nobody waits for it.
    if (known) {
      if (!rests) this.#discover(log).catch(() => undefined);
      return known.configuration;
    }
    if (rests) throw providerFailed(this.issuer, failure.error, Math.ceil(cooldown / 1000));
    return this.#discover(log);
  }

  /** Calls the provider. @throws an error that is an answer, without anything secret */
  async ask<T>(log: Logger, call: (configuration: client.Configuration) => Promise<T>): Promise<T> {
    const configuration = await this.configuration(log);
    try {
      return await call(configuration);
    } catch (error) {
      throw this.#explain(error, log);
    }
  }

  #discover(log: Logger): Promise<client.Configuration> {
    return (this.#asking ??= this.#fetch(log).finally(() => (this.#asking = undefined)));
  }

  async #fetch(log: Logger): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret, clientAuthentication, clockTolerance, timeout } = this.#settings;
    const authentication =
      clientSecret === undefined
        ? client.None()
        : clientAuthentication === 'basic'
          ? client.ClientSecretBasic(clientSecret)
          : client.ClientSecretPost(clientSecret);
    try {
      const configuration = await client.discovery(
        issuer,
        clientId,
        { [client.clockTolerance]: clockTolerance / 1000 },
        authentication,
        {
          timeout: timeout / 1000,
          [client.customFetch]: boundedFetch,
          execute: [
            client.enableNonRepudiationChecks,
            // eslint-disable-next-line @typescript-eslint/no-deprecated -- only for localhost, as the options check
            ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
          ],
        },
      );
      this.#known = { configuration, at: now() };
      this.#failure = undefined;
      return configuration;
    } catch (thrown) {
      const error = withoutSecrets(thrown);
      if (!this.#failure)
        log.warn({ err: error }, `Cannot read the metadata of ${this.issuer}: ${error.message}`);
      this.#failure = { error, at: now() };
      throw providerFailed(this.issuer, error, Math.ceil(this.#settings.cooldown / 1000));
    }
  }

  #explain(thrown: unknown, log: Logger): Error {
    const error = withoutSecrets(thrown);
    if (thrown instanceof client.AuthorizationResponseError) {
      const named = /^[a-z_]{1,64}$/.test(thrown.error) ? thrown.error : 'an unknown error';
      if (ANSWERS.has(named)) return deniedLogin(named);
      return providerFailed(this.issuer, new Error(`It answered with ${named}.`));
    }
    const reason = reasonOf(thrown);
    if (reason === undefined) return providerFailed(this.issuer, error);
    log.warn({ err: error }, `A sign-in was refused: ${error.message}`);
    return badLogin(reason, error);
  }
}

const FOREIGN = 'The answer of the provider does not belong to this sign-in.';

/** Why the person has to start again; undefined if the provider is to blame. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof client.ResponseBodyError) {
    return error.error === 'invalid_grant'
      ? 'The sign-in was completed before, or took too long.'
      : undefined;
  }
  if (!(error instanceof client.ClientError)) return undefined;
  switch (error.code) {
    case 'OAUTH_INVALID_RESPONSE':
      return hasBody(error) ? undefined : FOREIGN;
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
    case 'OAUTH_KEY_SELECTION_FAILED':
      return FOREIGN;
    default:
      return undefined;
  }
}

/** The causes of errors have tokens, and bodies of answers. */
function withoutSecrets(thrown: unknown): Error {
  const { message, name, ...rest } = toError(thrown);
  if (thrown instanceof client.WWWAuthenticateChallengeError) {
    return new Error(
      'It does not accept the client id, the secret, or the way in which it is sent (invalid_client).',
    );
  }
  const { code, error: named } = rest as { readonly code?: unknown; readonly error?: unknown };
  const { cause } = toError(thrown);
  const inner = cause instanceof Error ? `: ${cause.message}` : '';
  const detail = typeof named === 'string' ? ` (${named.slice(0, 64)})` : inner;
  return Object.assign(new Error(`${message}${detail}`), { name, ...(typeof code === 'string' && { code }) });
}

/** Whether an answer to one of our own calls is wrong, and not what the browser brought. */
function hasBody({ cause }: Error): boolean {
  return cause instanceof Error && isObject(cause.cause) && 'body' in cause.cause;
}

const boundedFetch: client.CustomFetch = async (url, options) => {
  // `undefined` is a body for the client, and not for fetch.
  const response = await fetch(url, options as RequestInit);
  const { status, headers } = response;
  const text = await readText(response);
  return new Response(status === 204 || status === 304 ? null : text, { status, headers });
};

const now = (): number => performance.now();
