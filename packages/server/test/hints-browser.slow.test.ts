import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';

const TITLE = `new Promise((resolve) => {
  if (document.readyState === 'complete') resolve(document.title);
  else addEventListener('load', () => resolve(document.title));
})`;

test.skipIf(isBrowserMissing())(
  'Chromium loads what the early hints of a page name before the page is there',
  { timeout: 60_000 },
  async () => {
    const asked = new EventEmitter();
    await using app = await startTestServer();
    const { router } = app.server;
    router.addRoute('GET', '/app.css', {
      handler: ({ response }) => {
        asked.emit('style');
        return response.type('text/css').header('cache-control', 'max-age=60').send('body { color: red }');
      },
    });
    router.addRoute('GET', '/', {
      earlyHints: ['</app.css>; rel=preload; as=style'],
      handler: async ({ response }) => {
        // Without the hint, nobody would ask for it before this answers.
        const hinted = once(asked, 'style').then(() => 'Hinted');
        const title = await Promise.race([hinted, setTimeout(2000, 'Not hinted')]);
        return response.html(
          `<!doctype html><title>${title}</title><link rel="stylesheet" href="/app.css"><p>It is red.`,
        );
      },
    });
    const page = await BrowserPage.open();
    // It heeds no hint now and then, one in twenty on a busy machine: its log has them, and nothing that comes of them.
    await expect
      .poll(
        async () => {
          await page.command('Network.clearBrowserCache');
          await page.go(app.url);
          return page.evaluate(TITLE);
        },
        { timeout: 30_000 },
      )
      .toBe('Hinted');
  },
);
