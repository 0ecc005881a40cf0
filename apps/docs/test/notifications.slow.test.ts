/** The recipe for notifications, as a process of its own, with a real mail server and a push service that reads what it gets. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createClient, type TestClient } from '@blaizejs/testing';
import { developmentCertificate } from 'blaizejs/ssl';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import webpush from 'web-push';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { Child } from '../../../tooling/test/child.ts';
import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { MailServer, type ReceivedMail } from './mail-server.ts';
import { readPages } from './pages.ts';
import { PushService } from './push-service.ts';
import { writeBlocks } from './write-blocks.ts';

const PATIENCE = { timeout: 60_000 };
const { timeout } = PATIENCE;
const pages = readPages().filter(({ name }) => name === 'recipes/notifications');
const { folderOf } = writeBlocks('notifications', pages, ['ts', 'js', 'html']);
const recipe = folderOf('recipes/notifications');
const vapid = webpush.generateVAPIDKeys();
const data = mkdtempSync(path.join(tmpdir(), 'notifications-'));

let mail: MailServer;
let push: PushService;
let app: Started;

interface Started {
  readonly origin: string;
  readonly ca: string;
  readonly child: Child;
  readonly client: TestClient;
}

/** Starts the server of the page, with the files that the one before has left. */
async function start(smtp: number): Promise<Started> {
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const ssl = await developmentCertificate({ host: 'localhost', directory: path.join(data, '.blaize/ssl') });
  const child = new Child(process.execPath, [...FROM_SOURCE, path.join(recipe, 'server.ts')], {
    cwd: data,
    env: {
      ...env,
      PORT: '0',
      SMTP_URL: `smtp://127.0.0.1:${smtp}`,
      BACKOFF: '20',
      PUSH_SERVICES: 'localhost',
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      NODE_EXTRA_CA_CERTS: ssl.certFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [origin] = await child.says(/https:\/\/localhost:\d+/);
  const ca = readFileSync(ssl.certFile, 'utf8');
  return { origin, ca, child, client: createClient(origin, { protocol: 'http2', ca }) };
}

async function kill({ child, client }: Started): Promise<void> {
  await client.close().catch(() => undefined);
  await child[Symbol.asyncDispose]();
}

beforeAll(async () => {
  const { key, cert } = await developmentCertificate({
    ...{ host: 'localhost', directory: path.join(data, '.blaize/ssl') },
  });
  push = await PushService.start({ key: Buffer.from(key), cert: Buffer.from(cert) }, vapid.publicKey);
  mail = await MailServer.start();
  app = await start(mail.port);
}, timeout);
afterAll(async () => {
  await kill(app);
  await mail[Symbol.asyncDispose]();
  await push[Symbol.asyncDispose]();
  rmSync(data, { recursive: true, force: true });
});
// So that no mail of one test comes in another.
const shipped = new Set<string>();
afterEach(async () => {
  await expect.poll(() => new Set(mail.mails.map(orderOf)), { timeout }).toEqual(shipped);
  mail.mails.length = 0;
  shipped.clear();
});
const orderOf = ({ headers }: ReceivedMail): string => headers.get('subject')?.split(' ')[1] ?? '';

const PASSWORDS = { ada: 'correct horse', bob: 'battery staple' };
type User = keyof typeof PASSWORDS;

async function send(user: User | undefined, method: string, to: string, body?: object): Promise<Response> {
  const authorization = user && `Basic ${btoa(`${user}:${PASSWORDS[user]}`)}`;
  return app.client.request(to, {
    method,
    headers: {
      ...(authorization && { authorization }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

let orders = 0;
/** Something happens of which bob hears. */
async function ship(order = `n${(orders += 1)}`): Promise<string> {
  const response = await send('ada', 'POST', `/orders/${order}/ship`, { buyer: 'bob' });
  expect(response.status).toBe(204);
  shipped.add(order);
  return order;
}

const subscribe = async (subscription: object): Promise<number> =>
  (await send('bob', 'PUT', '/subscription', subscription)).status;

interface Dead {
  readonly id: string;
  readonly error: string;
  readonly attempt: number;
}
const dead = async (): Promise<{ readonly mails: readonly Dead[]; readonly pushes: readonly Dead[] }> =>
  (await send('ada', 'GET', '/dead')).json() as never;

test('a mail and a push arrive, once, although the request comes three times', PATIENCE, async () => {
  const browser = push.subscribe();
  expect(await subscribe(browser.toJSON())).toBe(204);
  const order = await ship();
  await Promise.all([ship(order), ship(order)]);
  await expect.poll(() => browser.received.length, { timeout }).toBe(1);
  await expect.poll(() => mail.mails.length, { timeout }).toBe(1);
  const [sent] = mail.mails;
  expect(sent).toMatchObject({ from: 'no-reply@example.com', to: ['bob@example.com'] });
  expect(sent?.headers.get('subject')).toBe(`Order ${order} is on its way`);
  expect(sent?.body).toBe('It arrives tomorrow.');
  const [pushed] = browser.received;
  const { tag, ...message } = pushed?.message as { tag: string };
  expect(message).toEqual({ title: `Order ${order} is on its way`, body: 'It arrives tomorrow.' });
  expect(pushed?.headers).toMatchObject({ ttl: '86400', topic: tag.slice(-32) });
  // What comes later is another one, so those above were all.
  await ship();
  await expect.poll(() => mail.mails.length, { timeout }).toBe(2);
  await expect.poll(() => browser.received.length, { timeout }).toBe(2);
});

test('a mail that is refused for now is tried again, and the push is not', PATIENCE, async () => {
  const browser = push.subscribe();
  await subscribe(browser.toJSON());
  mail.answers.push(451, 421, 451);
  await ship();
  await expect.poll(() => [mail.mails.length, mail.answers.length], { timeout }).toEqual([1, 0]);
  await expect.poll(() => browser.asked, { timeout }).toBe(1);
  expect(await dead()).toEqual({ mails: [], pushes: [] });
});

test('a mail whose answer is lost goes out again, with the same Message-ID', PATIENCE, async () => {
  mail.answers.push('vanish');
  await ship();
  await expect.poll(() => mail.mails.length, { timeout }).toBe(2);
  const ids = mail.mails.map(({ headers }) => headers.get('message-id'));
  expect(ids[0]).toMatch(/^<key-[\w-]{43}@example\.com>$/);
  expect(ids[1]).toBe(ids[0]);
});

test.each([550, 554])(
  'a mail that is refused for good (%i) is dead, which an admin sees and mends',
  PATIENCE,
  async (code) => {
    mail.answers.push(code);
    await ship();
    await expect.poll(async () => (await dead()).mails, { timeout }).toHaveLength(1);
    const [job] = (await dead()).mails;
    expect(job).toMatchObject({
      attempt: 1,
      error: expect.stringContaining(`${code} Not this one.`) as string,
    });
    expect((await send(undefined, 'GET', '/dead')).status).toBe(401);
    expect((await send('bob', 'GET', '/dead')).status).toBe(403);
    expect((await send('bob', 'POST', `/dead/mails/${job?.id}/retry`)).status).toBe(403);
    expect((await send('ada', 'POST', `/dead/mails/none/retry`)).status).toBe(404);
    expect((await send('ada', 'POST', `/dead/__proto__/${job?.id}/retry`)).status).toBe(400);
    expect(mail.mails).toEqual([]);
    expect((await send('ada', 'POST', `/dead/mails/${job?.id}/retry`)).status).toBe(204);
    await expect.poll(() => mail.mails.length, { timeout }).toBe(1);
    expect((await dead()).mails).toEqual([]);
  },
);

test.each([
  ['in seconds', () => '1'],
  // Dates have no fractions of a second.
  ['as a date', () => new Date(Date.now() + 2000).toUTCString()],
])('a push service that is busy is asked again when it says, %s', PATIENCE, async (_what, retryAfter) => {
  const browser = push.subscribe();
  await subscribe(browser.toJSON());
  browser.answers.push({ status: 429, headers: { 'retry-after': retryAfter() } });
  const began = Date.now();
  await ship();
  await expect.poll(() => browser.received.length, { timeout }).toBe(1);
  // Not at the 20 ms of `backoff`.
  expect(browser.received[0]!.time - began).toBeGreaterThanOrEqual(900);
  expect([browser.asked, mail.mails.length]).toEqual([2, 1]);
});

test('a push service that fails without saying more is asked again later', PATIENCE, async () => {
  const browser = push.subscribe();
  await subscribe(browser.toJSON());
  browser.answers.push({ status: 503 }, { status: 500, headers: { 'retry-after': 'soon' } });
  await ship();
  await expect.poll(() => [browser.received.length, browser.asked], { timeout }).toEqual([1, 3]);
});

test('a push that is refused is dead, and a redirect is not followed', PATIENCE, async () => {
  const browser = push.subscribe();
  await subscribe(browser.toJSON());
  browser.answers.push({ status: 413 });
  await ship();
  await expect
    .poll(async () => (await dead()).pushes, { timeout })
    .toMatchObject([{ attempt: 1, error: 'PermanentJobError: The push service answered 413.' }]);
  const other = push.subscribe();
  browser.answers.push({ status: 307, headers: { location: other.endpoint } });
  await ship();
  await expect.poll(() => browser.received.length, { timeout }).toBe(1);
  expect(other.asked).toBe(0);
});

test('a subscription whose browser has left is removed', PATIENCE, async () => {
  const [gone, stays] = [push.subscribe(), push.subscribe()];
  for (const each of [gone, stays]) await subscribe(each.toJSON());
  gone.answers.push({ status: 410 });
  await ship();
  await expect.poll(() => [gone.asked, stays.received.length], { timeout }).toEqual([1, 1]);
  await ship();
  await expect.poll(() => stays.received.length, { timeout }).toBe(2);
  expect([gone.asked, gone.received.length]).toEqual([1, 0]);
});

test('what is to be sent outlives a kill, and a mail server that is away', PATIENCE, async () => {
  const { port } = mail;
  const browser = push.subscribe();
  await subscribe(browser.toJSON());
  await mail[Symbol.asyncDispose]();
  browser.answers.push({ status: 429, headers: { 'retry-after': '1' } });
  await ship();
  await expect.poll(() => browser.asked, { timeout }).toBe(1);
  await kill(app);
  mail = await MailServer.start(port);
  app = await start(port);
  await expect.poll(() => [mail.mails.length, browser.received.length], { timeout }).toEqual([1, 1]);
});

test('a subscription elsewhere, or with other keys, is refused', PATIENCE, async () => {
  const browser = push.subscribe();
  const { keys } = JSON.parse(JSON.stringify(browser)) as { keys: object };
  const refused = [
    ...['http://localhost/', 'https://127.0.0.1/', 'https://169.254.169.254/', 'file:///etc/passwd'],
    ...['https://fcm.googleapis.com.example.com/', 'https://fcm.googleapis.com@example.com/'],
    ...['https://notfcm.googleapis.com/', 'https://example.com#fcm.googleapis.com', '', 'x'],
    ...[`${browser.endpoint}/${'x'.repeat(1000)}`],
  ];
  for (const endpoint of refused)
    expect([endpoint, await subscribe({ endpoint, keys })]).toEqual([endpoint, 400]);
  const { endpoint } = browser;
  for (const wrong of [{ p256dh: 'x' }, { auth: '!'.repeat(22) }, { auth: undefined }, { auth: {} }]) {
    expect(await subscribe({ endpoint, keys: { ...keys, ...wrong } })).toBe(400);
  }
  expect((await send(undefined, 'PUT', '/subscription', browser.toJSON())).status).toBe(401);
});

test('a name with line breaks adds no headers and no recipients', PATIENCE, async () => {
  const response = await send(
    'ada',
    'POST',
    `/orders/${encodeURIComponent('7\r\nBcc: eve@example.com\r\n\r\nHello')}/ship`,
    { buyer: 'bob' },
  );
  expect(response.status).toBe(204);
  shipped.add('7');
  await expect.poll(() => mail.mails.length, { timeout }).toBe(1);
  const [sent] = mail.mails;
  expect(sent?.to).toEqual(['bob@example.com']);
  expect(sent?.headers.has('bcc')).toBe(false);
  expect(sent?.body).toBe('It arrives tomorrow.');
});

// Installed by tooling/ci/install-debian.sh.
test.skipIf(isBrowserMissing())(
  'a browser shows a push, and its repetition once',
  { timeout: 2 * timeout },
  async () => {
    const page = await BrowserPage.open();
    const { origin } = app;
    const authorization = `Basic ${btoa(`bob:${PASSWORDS.bob}`)}`;
    await page.command('Network.setExtraHTTPHeaders', { headers: { authorization } });
    await page.command('Browser.grantPermissions', { origin, permissions: ['notifications'] });
    await page.go(`${origin}/`);
    await expect.poll(() => page.evaluate('typeof subscribe'), { timeout }).toBe('function');
    expect(await page.evaluate('document.documentElement.outerHTML')).toContain(vapid.publicKey);
    await page.evaluate(`navigator.serviceWorker.register('/worker.js')`);
    expect(await page.evaluate(`navigator.serviceWorker.ready.then(({ active }) => active !== null)`)).toBe(
      true,
    );
    await page.command('ServiceWorker.enable');
    const show = (title: string): Promise<unknown> =>
      page.command('ServiceWorker.deliverPushMessage', {
        // The first one of a new profile.
        ...{ origin: `${origin}/`, registrationId: '0' },
        data: JSON.stringify({ title, body: 'It arrives tomorrow.', tag: 'key-1' }),
      });
    const shown = (): Promise<unknown> =>
      page.evaluate(
        `navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => n.title).join())`,
      );
    for (const title of ['first', 'again']) {
      // A browser that has just begun takes no pushes yet.
      const arrives = async (): Promise<unknown> => {
        await show(title);
        return shown();
      };
      await expect.poll(arrives, { timeout, interval: 500 }).toBe(title);
    }
  },
);
