import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { generateKeyPairSync } from 'node:crypto';

import type { Configuration } from 'oidc-provider';
import { vi } from 'vitest';

export const CLIENT = { clientId: 'app', clientSecret: 'a secret of the client, also long' };

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider on a free port: the real one, unless a test lets it do something else. */
export class TestProvider implements AsyncDisposable {
  /** Method and path of what was asked, without the browser's part. */
  readonly asked: string[] = [];
  /** What the token endpoint has answered. */
  readonly tokens: {
    readonly access_token: string;
    readonly refresh_token?: string;
    readonly id_token?: string;
  }[] = [];
  /** Answers in the place of the provider if it returns true. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly #server: Server;
  #listener: Listener = (_request, response) => response.writeHead(503).end();
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`);
      if (this.instead(request, response)) return;
      if (request.url === '/token') this.#record(response);
      this.#listener(request, response);
    });
  }

  /** @param redirectUris of the app */
  static async start(
    redirectUris: string[],
    configuration: Configuration = {},
    client: object = {},
  ): Promise<TestProvider> {
    const own = new TestProvider();
    await own.up();
    // It warns of what is not for production.
    for (const method of ['info', 'warn'] as const)
      vi.spyOn(console, method).mockImplementation(() => undefined);
    const { default: Provider } = await import('oidc-provider');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const provider = new Provider(own.issuer, {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: redirectUris,
          post_logout_redirect_uris: redirectUris.map((uri) => new URL('/', uri).href),
          grant_types: ['authorization_code', 'refresh_token'],
          id_token_signed_response_alg: 'ES256',
          ...client,
        },
      ],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' }] },
      cookies: { keys: ['cookies of the provider'] },
      findAccount: (_ctx, sub) => ({
        accountId: sub,
        claims: () => ({ sub, name: `${sub} of ${own.issuer}`, email: `${sub}@example.com` }),
      }),
      // In the ID token, as most providers do.
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
      features: {
        devInteractions: { enabled: true },
        revocation: { enabled: true },
        backchannelLogout: { enabled: true },
      },
      issueRefreshToken: () => true,
      // Nobody is asked for consent.
      loadExistingGrant: async (ctx) => {
        const known = ctx.oidc.session?.grantIdFor(ctx.oidc.client?.clientId ?? '');
        if (known !== undefined) return ctx.oidc.provider.Grant.find(known);
        const grant = new ctx.oidc.provider.Grant({
          clientId: ctx.oidc.client?.clientId,
          accountId: ctx.oidc.session?.accountId,
        });
        grant.addOIDCScope('openid email profile offline_access');
        await grant.save();
        return grant;
      },
      ...configuration,
    });
    provider.on('server_error', (_ctx, error) => console.error(error));
    const answer = provider.callback();
    own.#listener = (request, response) => void answer(request, response);
    return own;
  }

  #record(response: ServerResponse): void {
    const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
    response.end = ((...args: unknown[]) => {
      if (response.statusCode === 200) this.tokens.push(JSON.parse(String(args[0])) as never);
      return end(...args);
    }) as typeof response.end;
  }

  get issuer(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Listens, on the same port as before. */
  async up(): Promise<void> {
    this.#server.listen(this.#port, 'localhost');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away: connections are refused. */
  async down(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    vi.restoreAllMocks();
    await this.down();
  }
}
