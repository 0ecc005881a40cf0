import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { memoryStore, type SessionStore } from '../../src/session.ts';
import { Gate, SECRET, Site, WatchedStore, type Way, WAYS } from './site.ts';

const NAME = '__Host-session';
const idOf = (token: string, name = NAME): string =>
  createHash('sha256').update(`${name}\0${token}`).digest('base64url');

describe.each(WAYS)('a store, %s', (way: Way) => {
  test('has neither the cookie nor anything that it can be made from', async () => {
    const store = new WatchedStore();
    await using site = await Site.start({ store });
    const browser = site.browser(way);
    await browser.send('/set?cart=cat');
    const token = browser.cookies.get(NAME) ?? '';
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const everything = [...store.entries].map(([key, value]) => key + Buffer.from(value).toString()).join();
    expect(everything).toContain('cat');
    expect(everything).not.toContain(token);
    expect(await browser.ask('/about')).toEqual({ id: idOf(token), isNew: false });
  });

  test('an id that it does not know is never adopted', async () => {
    const store = new WatchedStore();
    await using site = await Site.start({ store });
    const browser = site.browser(way);
    const planted = 'A'.repeat(43);
    for (const path of ['/sign-in', '/set?a=1', '/sign-out']) {
      browser.cookies.set(NAME, planted);
      await browser.send(path);
      expect(browser.cookies.get(NAME)).not.toBe(planted);
      expect([...store.entries.keys()].filter((key) => key.includes(idOf(planted)))).toEqual([]);
    }
  });

  test('the cookie of one name is not one of another', async () => {
    const store = memoryStore();
    await using site = await Site.start({ store });
    await using other = await Site.start({ store, cookie: { name: '__Host-admin' } });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const cookie = `__Host-admin=${browser.cookies.get(NAME)}`;
    expect(await (await other.send(way, '/get?key=user', { headers: { cookie } })).text()).toBe('null');
  });

  test('with a secret, an id that was made up costs no look into it', async () => {
    const store = new WatchedStore();
    await using site = await Site.start({ store, secret: SECRET });
    const browser = site.browser(way);
    await browser.send('/set?a=1');
    store.calls.length = 0;
    const cookie = `${NAME}=${'A'.repeat(browser.cookies.get(NAME)?.length ?? 0)}`;
    await site.send(way, '/get?key=a', { headers: { cookie } });
    expect(store.calls).toEqual([]);
    expect(await browser.get('a')).toBe('1');
  });

  test.each(['delete', 'set', 'get'] as const)(
    'if %s() fails, the answer is a 503, and the client keeps its session',
    async (method) => {
      const store = new WatchedStore();
      await using site = await Site.start({ store });
      const browser = site.browser(way);
      await browser.send('/sign-in');
      const { cookie } = browser;
      store.before = (called) => {
        if (called === method) throw new Error('ECONNREFUSED 10.0.0.7');
      };
      // What is left of data without its mark is not worth an error.
      const path = method === 'get' ? '/get?key=user' : method === 'set' ? '/set?a=1' : '/sign-out';
      const response = await browser.send(path);
      const text = await response.text();
      expect(text).not.toContain('10.0.0.7');
      if (method !== 'delete') {
        expect([response.status, JSON.parse(text)]).toMatchObject([
          503,
          { code: 'ERR_BLAIZE_SESSION_STORE' },
        ]);
        expect([response.headers.getSetCookie(), browser.cookie]).toEqual([[], cookie]);
        expect(site.logged.join()).toContain('The store of sessions failed');
        expect((await browser.send('/nothing')).status).toBe(200);
        store.before = () => undefined;
        expect(await browser.get('user')).toBe('ada');
      } else {
        expect([response.status, browser.cookie]).toEqual([200, '']);
      }
    },
  );

  test.each(['/get?key=user', '/set?a=1', '/sign-out', '/sign-in'])(
    'if it hangs, %s is a 503 in time',
    async (path) => {
      const store = new WatchedStore();
      await using site = await Site.start({ store, storeTimeout: 50 });
      const browser = site.browser(way);
      await browser.send('/sign-in');
      const gate = new Gate();
      store.before = () => gate.pass();
      const response = await browser.send(path);
      expect([response.status, await response.json()]).toMatchObject([
        503,
        { code: 'ERR_BLAIZE_SESSION_STORE' },
      ]);
      expect((await browser.send('/nothing')).status).toBe(200);
      store.before = () => undefined;
      gate.open();
      expect(await browser.get('user')).toBe('ada');
    },
  );

  test('two requests at once that write different keys both survive', async () => {
    const gates = { a: new Gate(), b: new Gate() };
    await using site = await Site.start(
      { store: memoryStore() },
      {
        '/slow': async (session, { request: { query } }) => {
          await session.get('user');
          const key = query.key as 'a' | 'b';
          await gates[key].pass();
          session.set(key, 1);
          session.delete(`old-${key}`);
        },
      },
    );
    const browser = site.browser(way);
    await browser.send('/set?user=ada&old-a=1&old-b=1');
    const running = [browser.send('/slow?key=a'), browser.send('/slow?key=b')];
    await Promise.all([gates.a.arrival, gates.b.arrival]);
    gates.a.open();
    await running[0];
    gates.b.open();
    await running[1];
    const values = await Promise.all(['a', 'b', 'user', 'old-a', 'old-b'].map((key) => browser.get(key)));
    expect(values).toEqual([1, 1, 'ada', null, null]);
  });

  test('a thousand requests at once of one session lose nothing, and cause few writes', async () => {
    const store = new WatchedStore();
    store.before = () => new Promise((resolve) => setImmediate(resolve));
    await using site = await Site.start({ store, storeTimeout: 60_000 });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    store.calls.length = 0;
    // Over HTTP/1.1, each request at once takes a handshake of TLS.
    const count = way === 'http1' ? 100 : 1000;
    const requests = Array.from({ length: count }, (_, index) => browser.send(`/set?k${index}=${index}`));
    const statuses = new Set((await Promise.all(requests)).map(({ status }) => status));
    expect([...statuses]).toEqual([200]);
    // From sockets, they may arrive one after the other.
    const writes = store.calls.filter((call) => call === 'set').length;
    expect(writes).toBeLessThanOrEqual(way === 'in process' ? 10 : count);
    expect([await browser.get('k0'), await browser.get(`k${count - 1}`)]).toEqual(['0', `${count - 1}`]);
    const [data = ''] = [...store.entries.values()]
      .map((bytes) => Buffer.from(bytes).toString())
      .sort()
      .reverse();
    expect(data.match(/"k\d+"/g)).toHaveLength(count);
    expect(await browser.get('user')).toBe('ada');
  });

  test('what it returns and is no session is none', async () => {
    const store = new WatchedStore();
    await using site = await Site.start({ store });
    const browser = site.browser(way);
    for (const garbage of [
      '',
      'null',
      '{}',
      '[]',
      '{"data":{}}',
      '{"created":1,"seen":1,"data":[1]}',
      '\xff',
    ]) {
      await browser.send('/sign-in');
      for (const key of store.entries.keys()) {
        if (!key.endsWith(':alive')) store.entries.set(key, Buffer.from(garbage, 'latin1'));
      }
      expect(await browser.get('user')).toBe(null);
    }
    await browser.send('/sign-in');
    for (const key of store.entries.keys()) store.entries.set(key, Buffer.from('?'));
    expect(await browser.get('user')).toBe(null);
  });
});

describe('several processes with one store', () => {
  // Their stores are not the same object, as in two processes.
  const plain = (shared: WatchedStore): SessionStore => ({
    get: (key) => shared.get(key),
    set: (key, value) => shared.set(key, value),
    delete: (key) => shared.delete(key),
    deleteTag: (tag) => shared.deleteTag(tag),
  });
  const atomic = (shared: WatchedStore): SessionStore => ({
    ...plain(shared),
    replace: async (key, expected, value) => {
      await new Promise((resolve) => setImmediate(resolve));
      const current = shared.entries.get(key);
      if (expected ? !current || !Buffer.from(expected).equals(current) : current) return false;
      if (value) shared.entries.set(key, value);
      else shared.entries.delete(key);
      return true;
    },
  });

  test('with replace(), changes at the same moment all survive', async () => {
    const shared = new WatchedStore();
    await using one = await Site.start({ store: atomic(shared) });
    await using two = await Site.start({ store: atomic(shared) });
    const browser = one.browser('http2');
    await browser.send('/sign-in');
    shared.before = () => new Promise((resolve) => setImmediate(resolve));
    const headers = { cookie: browser.cookie };
    const writes = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? one : two).send('http2', `/set?k${index}=1`, { headers }),
    );
    expect(new Set((await Promise.all(writes)).map(({ status }) => status))).toEqual(new Set([200]));
    const values = await Promise.all(Array.from({ length: 40 }, (_, index) => browser.get(`k${index}`)));
    expect(values).toEqual(Array.from({ length: 40 }, () => '1'));
  });

  test('what one writes late does not bring back what the other has ended', async () => {
    const shared = new WatchedStore();
    await using one = await Site.start({ store: plain(shared) });
    await using two = await Site.start({ store: plain(shared) });
    const browser = one.browser('http2');
    await browser.send('/sign-in');
    const headers = { cookie: browser.cookie };
    // The write has begun: it was read that the session is alive.
    const gate = new Gate();
    let gated = true;
    shared.before = (method, key) => {
      if (!gated || method !== 'set' || key.endsWith(':alive')) return;
      gated = false;
      return gate.pass();
    };
    const late = one.send('http2', '/set?late=1', { headers });
    await gate.arrival;
    await two.send('http2', '/sign-out', { headers });
    gate.open();
    await late;
    for (const site of [one, two]) {
      expect(await (await site.send('http2', '/get?key=user', { headers })).text()).toBe('null');
    }
  });
});
