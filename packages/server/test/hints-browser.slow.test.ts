import { EventEmitter, once } from 'node:events';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';

test.skipIf(isBrowserMissing())(
  'Chromium loads what the early hints of a page name before the page is there',
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
        await once(asked, 'style');
        return response.html(
          '<!doctype html><title>Hinted</title><link rel="stylesheet" href="/app.css"><p>It is red.',
        );
      },
    });
    const page = await BrowserPage.open();
    await page.go(app.url);
    expect(await page.evaluate('document.title')).toBe('Hinted');
  },
);
