import { readFileSync } from 'node:fs';
import path from 'node:path';

import { createClient, type TestClient } from '@blaizejs/testing';
import { expect, onTestFinished, test } from 'vitest';

import { startChild } from '../../../tooling/test/child.ts';
import { freePort } from '../../../tooling/free-port.mjs';
import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

const pages = readPages().filter(({ name }) => name === 'recipes/passkeys');
const { folderOf } = writeBlocks('passkeys', pages, ['ts', 'html']);
const folder = folderOf('recipes/passkeys');
const CERTIFICATE = path.join(folder, '.blaize/ssl/cert.pem');

/** Starts the server of the page. @returns its origin */
async function start(): Promise<string> {
  const port = await freePort('localhost');
  const origin = `https://localhost:${port}`;
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const server = startChild(process.execPath, [...FROM_SOURCE, path.join(folder, 'server.ts')], {
    cwd: folder,
    env: { ...env, PORT: String(port), ORIGIN: origin },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await server.says('Server running');
  return origin;
}

/** Another client, without a browser around it. */
class Attacker {
  readonly #client: TestClient;
  cookie = '';

  constructor(origin: string) {
    this.#client = createClient(origin, { protocol: 'http2', ca: readFileSync(CERTIFICATE, 'utf8') });
    onTestFinished(() => this.#client.close());
  }

  async post(to: string, body: unknown = {}): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await this.#client.request(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: this.cookie },
      body: JSON.stringify(body),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.replace(/;.*/, '');
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
}

interface Credential {
  readonly credentialId: string;
  readonly signCount: number;
}

// Installed by tooling/ci/install-debian.sh.
test.skipIf(isBrowserMissing())(
  'with the passkey of a real browser, people register and sign in, and nobody else does',
  { timeout: 120_000 },
  async () => {
    const [origin, phishing] = [await start(), await start()];
    const page = await BrowserPage.open();
    await page.command('WebAuthn.enable');
    const { authenticatorId } = await page.command('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const open = async (url: string): Promise<void> => {
      await page.go(url);
      await expect.poll(() => page.evaluate('typeof SimpleWebAuthnBrowser')).toBe('object');
    };
    const click = async (button: string, answer: string): Promise<void> => {
      await page.evaluate(`find('output').textContent = ''; find('${button}').click()`);
      await expect.poll(() => page.evaluate(`find('output').textContent`), { timeout: 10_000 }).toBe(answer);
    };
    const user = (): Promise<unknown> =>
      page.evaluate(`fetch('/me').then((r) => r.json()).then((r) => r.user)`);
    const signInWith = (options: unknown): Promise<unknown> =>
      page.evaluate(`startAuthentication({ optionsJSON: ${JSON.stringify(options)} })`);

    await open(origin);
    expect(await user()).toBe(null);
    await page.type('#name', 'Ada');
    await click('#register', 'Hello Ada');
    expect(await user()).toBe('Ada');
    await page.evaluate(`fetch('/sign-out', { method: 'POST' })`);
    expect(await user()).toBe(null);
    await click('#register', 'This name is taken.');
    await click('#sign-in', 'Hello Ada');
    expect(await user()).toBe('Ada');

    // What was signed once is not good a second time, nor for another challenge, nor without one.
    const attacker = new Attacker(origin);
    const { body: options } = await attacker.post('/passkeys/challenge');
    const signed = await signInWith(options);
    expect((await attacker.post('/passkeys/sign-in', signed)).status).toBe(200);
    expect((await attacker.post('/passkeys/sign-in', signed)).status).toBe(400);
    await attacker.post('/passkeys/challenge');
    expect((await attacker.post('/passkeys/sign-in', signed)).status).toBe(400);
    expect((await new Attacker(origin).post('/passkeys/sign-in', signed)).status).toBe(400);

    // A page that looks the same passes on the challenge of the real one.
    const { body: passedOn } = await attacker.post('/passkeys/challenge');
    await open(phishing);
    const phished = await signInWith(passedOn);
    expect(phished).toMatchObject({ type: 'public-key' });
    expect((await attacker.post('/passkeys/sign-in', phished)).status).toBe(400);
    await click('#sign-in', 'Please try again.');

    for (const body of [
      {},
      [],
      'x',
      { id: 1 },
      { id: 'x', response: {} },
      { ...(signed as object), response: {} },
    ]) {
      for (const to of ['/passkeys/sign-in', '/passkeys/register']) {
        expect((await attacker.post(to, body)).status).toBe(400);
      }
    }

    // A copy of the passkey, which has not seen what the original has signed since.
    await open(origin);
    const { credentials } = await page.command('WebAuthn.getCredentials', { authenticatorId });
    const [credential] = credentials as [Credential];
    const { credentialId, signCount } = credential;
    expect(signCount).toBeGreaterThan(2);
    for (const [count, answer] of [
      [signCount, 'Hello Ada'],
      [1, 'Please try again.'],
    ] as const) {
      await page.command('WebAuthn.removeCredential', { authenticatorId, credentialId });
      const copy = { ...credential, signCount: count };
      await page.command('WebAuthn.addCredential', { authenticatorId, credential: copy });
      await click('#sign-in', answer);
    }
    expect(await user()).toBe('Ada');
  },
);
