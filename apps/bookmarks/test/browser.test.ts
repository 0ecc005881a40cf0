import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { startApp } from './app.ts';

// As Firefox writes it.
const EXPORTED = `<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<DL><p>
    <DT><H3>Reading</H3>
    <DL><p>
        <DT><A HREF="https://nodejs.org/" ADD_DATE="1700000000" TAGS="node,to read">Node &amp; friends</A>
        <DD>A note
        <DT><A HREF="https://example.com/">There already</A>
        <DT><A HREF="javascript:alert(1)">A bookmarklet</A>
    </DL><p>
</DL>
`;

// Installed by tooling/ci/install-debian.sh.
test.skipIf(isBrowserMissing())(
  'in Chromium, someone signs up, adds a bookmark and imports a file; nothing breaks the policy or leaves the origin',
  { timeout: 60_000 },
  async () => {
    const app = await startApp();
    const folder = await temporaryFolder();
    const page = await BrowserPage.open();
    const text = (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.innerText).join(' | ')`,
      );
    const click = (selector: string): Promise<unknown> =>
      page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    const importFile = async (name: string, content: string): Promise<void> => {
      const file = path.join(folder, name);
      await writeFile(file, content);
      await page.choose('#file', file);
      await click('#import button:not([type])');
    };

    await page.go(app.url);
    await expect.poll(() => page.evaluate(`document.querySelector('#welcome').hidden`)).toBe(false);
    await page.type('#name', 'Ada');
    await click('#sign-up button');
    await expect.poll(() => text('#new-token code')).toMatch(/^[\w-]{43}$/);
    await click('#new-token button');
    // The token is shown as soon as there is one; the page signs in with it after that.
    await expect.poll(() => text('#user-name')).toBe('Ada');

    await click('#add');
    await page.type('#url', 'https://example.com');
    await page.type('#tag-names', 'First');
    await click('#edit button:not([type])');
    await expect.poll(() => text('#list h3')).toBe('example.com');

    await click('#open-import');
    await importFile('photo.html', 'GIF89a');
    await expect.poll(() => text('#import .error')).toContain('The file is neither');
    await importFile('bookmarks.html', EXPORTED);
    await expect.poll(() => text('#status')).toContain('Added 1, skipped 2.');
    expect(await text('#status')).toContain('2: There is a bookmark for https://example.com/ already.');
    expect(await text('#status')).toContain('3: url: an http or https URL');
    expect(await text('#list h3')).toBe('Node & friends | example.com');
    expect(await text('#list .note')).toContain('A note');
    expect(await text('#tags button')).toBe('first (1) | node (1) | to-read (1)');

    const protocols = `[...new Set(performance.getEntriesByType('resource').map((each) => each.nextHopProtocol))]`;
    expect(await page.evaluate(protocols)).toEqual(['h2']);
    // Before the sign-up the API answers 401, and 400 to the first file.
    expect(page.complaints.filter((each) => !each.startsWith('Failed to load resource'))).toEqual([]);
    expect(page.requests.filter((url) => !url.startsWith(app.url) && !url.startsWith('data:'))).toEqual([]);
    expect(page.requests).toContain(new URL('/api/bookmarks/import', app.url).href);
  },
);
