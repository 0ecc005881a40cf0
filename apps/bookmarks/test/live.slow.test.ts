import { beforeAll, expect, test } from 'vitest';

import { isBrowserMissing } from '../../../tooling/test/browser.ts';
import { addBookmark, signUp, temporaryDatabase, temporaryDirectory } from './app.ts';
import { LivePage, ME, OTHER } from './live-page.ts';
import { buildPage, startProduction } from './production.ts';
import { RedisServer } from './redis.ts';
import { TcpProxy } from './tcp-proxy.ts';

const PATIENCE = { timeout: 120_000 };

beforeAll(buildPage);

async function startTwo() {
  const redis = await RedisServer.start();
  const settings = {
    DATABASE_URL: await temporaryDatabase(),
    REDIS_URL: redis.url,
    REQUEST_LIMIT: '100000',
  };
  const folder = await temporaryDirectory();
  const [one, other] = await Promise.all([
    startProduction(folder, settings),
    startProduction(folder, settings),
  ]);
  return { redis, one, other };
}

test.skipIf(isBrowserMissing())(
  'pages on two processes show each change once and each other; a lost connection loses nothing',
  PATIENCE,
  async () => {
    const { one, other } = await startTwo();
    const proxy = await TcpProxy.start(other.url);
    const call = await signUp(one.http2);
    await addBookmark(call, { url: 'https://example.com/0', title: 'first' });
    const [here, there] = await Promise.all([
      LivePage.open(one.url, call.token),
      LivePage.open(proxy.url, call.token),
    ]);
    const pages = [here, there];

    // Both see both, over HTTP/2.
    for (const page of pages)
      await expect.poll(() => page.windows()).toEqual(expect.arrayContaining([ME, OTHER]));

    // From one process to the other, and as text.
    const evil = `<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>`;
    const evilId = await addBookmark(call, { url: 'https://example.com/evil', title: evil });
    for (const page of pages) {
      await expect.poll(() => page.titles()).toEqual([evil, 'first']);
      expect(
        await page.browser.evaluate(`[window.hacked, document.querySelector('#list :is(img, script)')]`),
      ).toEqual([null, null]);
    }
    await call(`/api/bookmarks/${evilId}`, { method: 'DELETE' });
    for (const page of pages) await expect.poll(() => page.titles()).toEqual(['first']);

    // The connection breaks while bookmarks are added.
    const added: string[] = [];
    for (let number = 1; number <= 60; number++) {
      if (number % 20 === 10) expect(proxy.cut()).toBeGreaterThan(0);
      added.push(`number ${number}`);
      await addBookmark(call, { url: `https://example.com/${number}`, title: `number ${number}` });
    }
    for (const page of pages) {
      await expect.poll(() => page.titles()).toEqual([...added.toReversed(), 'first']);
      expect(await page.shown()).toEqual([evil, ...added]);
      await expect.poll(() => page.windows()).toEqual(expect.arrayContaining([ME, OTHER]));
      expect(await page.windows()).toHaveLength(2);
    }

    await there.close();
    await expect.poll(() => here.windows()).toEqual([ME]);
    expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
  },
);
