import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

import { startTestServer } from '@blaizejs/testing';

import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { openApi } from '../src/index.ts';
import { INFO } from './describe.ts';

// Installed by tooling/ci/install-debian.sh.
test.skipIf(isBrowserMissing())(
  'in Chromium, the page shows the operations, sends a request, and neither breaks its policy nor leaves its origin',
  { timeout: 60_000 },
  async () => {
    const app = await startTestServer({ plugins: [openApi({ info: INFO, docs: '/docs' })] });
    onTestFinished(() => app.close());
    const received: unknown[] = [];
    const User = z.object({ id: z.number(), name: z.string() }).meta({ id: 'User' });
    app.server.router.addRoute('POST', '/users/:id', {
      schema: {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ tag: z.array(z.string()).optional() }),
        body: z.object({ name: z.string() }),
        response: { 201: User },
      },
      docs: { summary: 'Saves a user', tags: ['users'], examples: { body: { ada: { name: 'Ada' } } } },
      handler: ({ request, response }) => {
        received.push({ id: request.params.id, body: request.body });
        return response.status(201).json({ id: request.params.id, name: request.body.name });
      },
    });

    const page = await BrowserPage.open();
    await page.go(new URL('/docs', app.url).href);
    const text = (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.textContent).join(' | ')`,
      );
    const click = (selector: string): Promise<unknown> =>
      page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    await expect.poll(() => text('.opblock-summary')).toContain('Saves a user');
    expect(await text('.info .title')).toContain('Test');

    await click('.opblock-summary-control');
    await expect.poll(() => text('.execute')).toBe('Execute');
    // The page takes its time to see what was typed, and may draw the field anew until then.
    await expect
      .poll(async () => {
        if (received.length === 0) {
          await page.type('[data-param-name="id"] input', '7');
          await click('.execute');
        }
        return text('.live-responses-table .response-col_status');
      })
      .toContain('201');
    expect(received[0]).toEqual({ id: 7, body: { name: 'Ada' } });
    expect(await text('.request-snippets')).toContain('curl');
    await page.evaluate(
      `[...document.querySelectorAll('.request-snippets h4')].find((each) => each.textContent === 'fetch').click()`,
    );
    await expect.poll(() => text('.request-snippets')).toContain("method: 'POST'");

    expect(page.complaints).toEqual([]);
    const elsewhere = page.requests.filter((url) => !url.startsWith(app.url) && !url.startsWith('data:'));
    expect(elsewhere).toEqual([]);
    expect(page.requests).toContain(new URL('/users/7', app.url).href);
  },
);
