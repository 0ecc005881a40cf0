import { beforeAll, expect, test } from 'vitest';

import { isBrowserMissing } from '../../../tooling/test/browser.ts';
import { addBookmark, signUp, temporaryDatabase } from './app.ts';
import { Cluster } from './cluster.ts';
import { LivePage, ME, OTHER, SOON } from './live-page.ts';
import { buildPage } from './production.ts';
import { startRedis } from './redis.ts';

beforeAll(buildPage);

test.skipIf(isBrowserMissing())(
  'a rolling reload of two workers loses nothing on live pages, and shows nothing twice',
  { timeout: 300_000 },
  async () => {
    const redis = await startRedis();
    const cluster = await Cluster.start({
      DATABASE_URL: await temporaryDatabase(),
      REDIS_URL: redis.url,
      REQUEST_LIMIT: '100000',
    });
    const call = await signUp(cluster);
    const pages = await Promise.all([
      LivePage.open(cluster.url, call.token),
      LivePage.open(cluster.url, call.token),
    ]);
    for (const page of pages) await expect.poll(() => page.windows(), SOON).toEqual([ME, OTHER]);

    const added: string[] = [];
    const add = async (): Promise<void> => {
      const title = `number ${added.length + 1}`;
      await addBookmark(call, { url: `https://example.com/${added.length + 1}`, title });
      added.push(title);
    };
    let isReloading = true;
    const reloaded = cluster.reload().finally(() => (isReloading = false));
    while (isReloading as boolean) await add();
    await reloaded;
    // By the new workers.
    await add();

    for (const page of pages) {
      await expect.poll(() => page.shown(), SOON).toEqual(added);
      expect(await page.titles()).toEqual(added.toReversed().slice(0, 100));
      await expect.poll(() => page.windows(), SOON).toEqual([ME, OTHER]);
      expect(page.brokenRules()).toEqual([]);
    }
    expect(await cluster.stop()).toBe(0);
  },
);
