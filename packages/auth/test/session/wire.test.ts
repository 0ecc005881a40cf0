import { once } from 'node:events';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { json, text } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

import { EVERYWHERE, Gate, PLACES, Site, type Way } from './site.ts';

const NAME = '__Host-session';

/** Sends each cookie as a header of its own. */
async function getOverLines(site: Site, way: Way, cookie: string[]): Promise<unknown> {
  if (way === 'http1') {
    const outgoing = request(`${site.url}/get?key=user`, { headers: { cookie }, agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
    return json(response);
  }
  const client = connect(site.url);
  try {
    return await json(client.request({ ':path': '/get?key=user', cookie }));
  } finally {
    client.close();
  }
}

describe.each(EVERYWHERE.filter(({ way }) => way !== 'in process'))('$place, $way', ({ place, way }) => {
  // RFC 9113 section 8.2.3: clients of HTTP/2 may do so.
  test('cookies in several headers are all read', async () => {
    await using site = await Site.start(PLACES[place]());
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const own = browser.cookie;
    expect(await getOverLines(site, way, ['a=1', own, 'b=2'])).toBe('ada');
    expect(await getOverLines(site, way, [own, own])).toBe('ada');
    expect(await getOverLines(site, way, [`${NAME}=x`, `${NAME}=`, own])).toBe('ada');
    expect(await getOverLines(site, way, ['a=1', 'b=2'])).toBe(null);
  });

  test('a client that leaves while its session is read or saved harms nobody', async () => {
    const gate = new Gate();
    await using site = await Site.start(PLACES[place](), {
      '/slow': async (session) => {
        await session.get('user');
        await gate.pass();
        session.set('late', 1);
      },
    });
    const browser = site.browser(way);
    await browser.send('/sign-in');
    const leaving = new AbortController();
    const sent = browser.send('/slow', { signal: leaving.signal });
    await gate.arrival;
    leaving.abort();
    await expect(sent).rejects.toThrow();
    gate.open();
    expect(await browser.get('user')).toBe('ada');
    // In a store, it is saved all the same.
    if (place === 'in a store') await expect.poll(() => browser.get('late')).toBe(1);
    expect(site.logged).toEqual([]);
  });

  test('an answer to HEAD sets the cookie that GET would, and one to an upload too', async () => {
    await using site = await Site.start(PLACES[place](), {
      '/upload': async (session, { request: incoming }) => {
        session.set('size', (await text(incoming.stream())).length);
        return 'done';
      },
    });
    const browser = site.browser(way);
    const head = await browser.send('/set?a=1', { method: 'HEAD' });
    expect([head.status, head.headers.getSetCookie().length, await browser.get('a')]).toEqual([200, 1, '1']);
    await browser.send('/upload', { method: 'POST', body: 'x'.repeat(100_000) });
    expect(await browser.get('size')).toBe(100_000);
  });
});
