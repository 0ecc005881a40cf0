import { beforeAll, expect, test } from 'vitest';

import { isBrowserMissing } from '../../../tooling/test/browser.ts';
import { addBookmark, signUp, temporaryDatabase } from './app.ts';
import { Cluster } from './cluster.ts';
import { LivePage, ME, OTHER } from './live-page.ts';
import { buildPage } from './production.ts';
import { RedisServer } from './redis.ts';

beforeAll(buildPage);

test.skipIf(isBrowserMissing())(
  'a rolling reload of two workers loses nothing on a live page, and shows nothing twice',
  { timeout: 180_000 },
  async () => {
    const redis = await RedisServer.start();
    const cluster = await Cluster.start({
      DATABASE_URL: await temporaryDatabase(),
      REDIS_URL: redis.url,
      REQUEST_LIMIT: '100000',
    });
    console.log('started', performance.now());
    const call = await signUp(cluster);
    const pages = await Promise.all([
      LivePage.open(cluster.url, call.token),
      LivePage.open(cluster.url, call.token),
    ]);
    for (const page of pages)
      await expect.poll(() => page.windows()).toEqual(expect.arrayContaining([ME, OTHER]));

    console.log('open', performance.now());
    const added: string[] = [];
    for (let reloads = 1; reloads <= 2; reloads++) {
      let isReloading = true;
      const t = performance.now();
      const reloaded = cluster.reload().finally(() => { isReloading = false; console.log('reload', performance.now() - t); });
      do {
        const title = `number ${added.length + 1}`;
        await addBookmark(call, { url: `https://example.com/${added.length + 1}`, title });
        added.push(title);
      } while (isReloading as boolean);
      await reloaded;
    }
    console.log(added.length, performance.now());
    for (const page of pages) {
      await expect.poll(() => page.shown()).toEqual(added);
      expect(await page.titles()).toEqual(added.toReversed().slice(0, 100));
      await expect.poll(() => page.windows()).toEqual(expect.arrayContaining([ME, OTHER]));
      expect(await page.windows()).toHaveLength(2);
    }
    console.log('stop', performance.now());
    expect(await cluster.stop()).toBe(0);
    console.log('end', performance.now());
  },
);
