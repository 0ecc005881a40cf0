import { beforeAll, expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { isBrowserMissing } from '../../../tooling/test/browser.ts';
import { addBookmark, signUp, temporaryDatabase } from './app.ts';
import { LivePage, ME, OTHER, SOON } from './live-page.ts';
import { buildPage, startProduction } from './production.ts';
import { startRedis } from './redis.ts';
import { TcpProxy } from './tcp-proxy.ts';

beforeAll(buildPage);

test.skipIf(isBrowserMissing())(
  'live pages on two processes show each change once, and each other, also after their connections broke',
  { timeout: 180_000 },
  async () => {
    const redis = await startRedis();
    const settings = {
      DATABASE_URL: await temporaryDatabase(),
      REDIS_URL: redis.url,
      REQUEST_LIMIT: '100000',
    };
    const folder = await temporaryFolder();
    const [one, other] = await Promise.all([
      startProduction(folder, settings),
      startProduction(folder, settings),
    ]);
    const proxy = await TcpProxy.start(other.url);
    const call = await signUp(one.http2);
    await addBookmark(call, { url: 'https://example.com/0', title: 'first' });
    const [here, there] = await Promise.all([
      LivePage.open(one.url, call.token),
      LivePage.open(proxy.url, call.token),
    ]);
    const pages = [here, there];

    // Both see both, over HTTP/2.
    for (const page of pages) await expect.poll(() => page.windows(), SOON).toEqual([ME, OTHER]);

    // From one process to the other, and as text.
    const evil = `<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>`;
    const id = await addBookmark(call, { url: 'https://example.com/evil', title: evil });
    for (const page of pages) {
      await expect.poll(() => page.titles(), SOON).toEqual([evil, 'first']);
      const found = `[window.hacked ?? 0, document.querySelectorAll('#list :is(img, script)').length]`;
      expect(await page.browser.evaluate(found)).toEqual([0, 0]);
    }
    await call(`/api/bookmarks/${id}`, { method: 'PATCH', body: { title: 'harmless' } });
    for (const page of pages) await expect.poll(() => page.titles(), SOON).toEqual(['harmless', 'first']);
    await call(`/api/bookmarks/${id}`, { method: 'DELETE' });
    for (const page of pages) await expect.poll(() => page.titles(), SOON).toEqual(['first']);

    // Connections break while bookmarks are added.
    const added: string[] = [];
    for (let number = 1; number <= 60; number++) {
      if (number % 20 === 10) {
        await expect.poll(() => there.windows(), SOON).toEqual([ME, OTHER]);
        expect(proxy.cut()).toBeGreaterThan(0);
      }
      added.push(`number ${number}`);
      await addBookmark(call, { url: `https://example.com/${number}`, title: `number ${number}` });
    }
    for (const page of pages) {
      await expect.poll(() => page.titles(), SOON).toEqual([...added.toReversed(), 'first']);
      expect(await page.shown()).toEqual([evil, 'harmless', ...added]);
      await expect.poll(() => page.windows(), SOON).toEqual([ME, OTHER]);
      expect(page.brokenRules()).toEqual([]);
    }

    // Somebody leaves one page, and comes back to it.
    await there.leave();
    await expect.poll(() => here.windows(), SOON).toEqual([ME]);
    await there.comeBack();
    for (const page of pages) await expect.poll(() => page.windows(), SOON).toEqual([ME, OTHER]);
    expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
  },
);
