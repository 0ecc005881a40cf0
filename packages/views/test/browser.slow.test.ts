import { expect, test, vi } from 'vitest';

import { securityHeaders } from '@blaizejs/middleware/security-headers';
import { createGetRoute } from '@blaizejs/router';
import { startTestServer } from '@blaizejs/testing';

import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { html, json, unsafe } from '../src/index.ts';
import { CONTEXTS } from './contexts.ts';
import { URLS, VECTORS } from './vectors.ts';

// Some replace the whole page, or put the rest of it into something else, if they are not escaped: that would show as well.
const start = unsafe(
  '<!doctype html><script>var ran = []; function pwned(x) { ran.push(document.title || location.hash); }</script>',
);

test.skipIf(isBrowserMissing())(
  'no attack runs in a browser, in any place',
  { timeout: 120_000 },
  async () => {
    await using app = await startTestServer({ mode: 'production', tls: false });
    // Hundreds of frames would take their time.
    const isFrame = (context: string): boolean => /frame|object/.test(context);
    const all = Object.entries(CONTEXTS).map(([context, render]) =>
      (isFrame(context) ? URLS : VECTORS).map(
        (vector) => html`<div class="${context}">${render(vector)}</div>`,
      ),
    );
    const pages = Array.from({ length: 5 }, (_, index) => all.filter((_part, at) => at % 5 === index));
    for (const [index, parts] of pages.entries()) {
      app.server.router.addRoute(
        'GET',
        `/${index}`,
        createGetRoute({
          handler: () =>
            html`${start}
              <body>
                ${parts}<i id="end">end</i>
              </body>`,
        }),
      );
    }
    const page = await BrowserPage.open();
    for (const index of pages.keys()) {
      await page.go(`${app.url}/${index}`);
      await vi.waitUntil(
        () => page.evaluate(`location.pathname === '/${index}' && document.querySelector('#end') !== null`),
        30_000,
      );
      expect([index, await page.evaluate('document.querySelector("#end").textContent')]).toEqual([
        index,
        'end',
      ]);
      // Whatever can be clicked, focused or hovered is.
      const ran = await page.evaluate(`(async () => {
      window.f = window.go = () => undefined;
      addEventListener('submit', (event) => event.preventDefault());
      const origin = location.href.split('#')[0];
      for (const element of document.querySelectorAll('body *')) {
        element.dispatchEvent(new Event('mouseover', { bubbles: true }));
        element.dispatchEvent(new Event('focus'));
        element.dispatchEvent(new Event('error'));
        if (element.onclick) element.onclick();
        const href = element.protocol ?? '';
        if (/^(?:javascript|vbscript|data):/.test(href)) ran.push(element.outerHTML);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ran;
    })()`);
      expect({ index, ran }).toEqual({ index, ran: [] });
    }
  },
);

test.skipIf(isBrowserMissing())('links that are clicked run nothing', { timeout: 60_000 }, async () => {
  await using app = await startTestServer({ mode: 'production', tls: false });
  app.server.router.addRoute(
    'GET',
    '/',
    createGetRoute({
      handler: () =>
        html`${start}<base target="frame" /><iframe name="frame"></iframe
          >${VECTORS.map((vector) => html`<a href=${vector}>x</a>`)}`,
    }),
  );
  app.server.router.addRoute('GET', '/*', createGetRoute({ handler: () => 'nothing' }));
  const page = await BrowserPage.open();
  await page.go(app.url);
  await vi.waitUntil(
    () => page.evaluate("document.readyState === 'complete' && document.links.length > 100"),
    20_000,
  );
  await page.evaluate(`(async () => {
    for (const link of document.links) {
      if (link.protocol === 'http:' || link.protocol === 'about:' || link.protocol === 'javascript:') link.click();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })()`);
  expect(await page.evaluate('ran')).toEqual([]);
});

test.skipIf(isBrowserMissing())(
  'a script with the nonce of the answer runs, and gets its data',
  { timeout: 60_000 },
  async () => {
    await using app = await startTestServer({ mode: 'production', tls: false });
    app.server.router.addRoute(
      'GET',
      '/',
      createGetRoute({
        middleware: [securityHeaders({ nonces: true })],
        handler: ({ state }) =>
          html`<!doctype html><title>x</title>
            <script nonce=${state.csp.nonce}>
              window.given = ${json({ all: VECTORS })};
            </script>
            <script>
              window.other = true;
            </script>`,
      }),
    );
    const page = await BrowserPage.open();
    await page.go(app.url);
    await vi.waitUntil(
      () => page.evaluate("document.readyState === 'complete' && document.title === 'x'"),
      20_000,
    );
    expect(await page.evaluate('window.given')).toEqual({ all: VECTORS });
    expect(await page.evaluate('window.other')).toBeUndefined();
  },
);
