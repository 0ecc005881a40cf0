import { expect } from 'vitest';

import { BrowserPage } from '../../../tooling/test/browser.ts';

/** How a page shows its own window, and another one. */
export const ME = 'Chrome on Linux, over HTTP/2 (this window)';
export const OTHER = 'Chrome on Linux, over HTTP/2';

/** How long to wait for what happens on a page: two browsers are slow on a machine that has other work. */
export const SOON = { timeout: 60_000 };

/** The live page in a Chromium of its own. */
export class LivePage {
  readonly browser: BrowserPage;

  private constructor(browser: BrowserPage) {
    this.browser = browser;
  }

  /** Opens the page of a user who has this token. It is closed when the test is over. */
  static async open(url: string, token: string): Promise<LivePage> {
    const page = new LivePage(await BrowserPage.open());
    await page.browser.go(new URL('/live/', url).href);
    await page.until(`document.querySelector('#signed-out')?.hidden === false`);
    const body = JSON.stringify(JSON.stringify({ token }));
    const signIn = `fetch('/api/session', { method: 'POST', body: ${body}, headers: { 'content-type': 'application/json' } })`;
    await page.browser.evaluate(signIn);
    await page.browser.command('Page.reload');
    await page.until(`document.querySelector('#live')?.hidden === false`);
    // What is shown from now on, also for a moment.
    await page.browser.evaluate(`
      window.shown = [];
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes) window.shown.push(node.querySelector('h3').innerText);
      }).observe(document.querySelector('#list'), { childList: true });
    `);
    return page;
  }

  /** Waits until an expression is true on the page. */
  async until(expression: string): Promise<void> {
    // While the page is replaced, there is an error.
    await expect.poll(() => this.browser.evaluate(`Boolean(${expression})`), SOON).toBe(true);
  }

  /** The titles on the page, newest first. */
  titles(): Promise<unknown> {
    return this.#texts('#list h3');
  }

  /** The titles of all rows that were ever added, in that order. */
  shown(): Promise<unknown> {
    return this.browser.evaluate('window.shown');
  }

  /** The windows that it shows, its own first. */
  async windows(): Promise<unknown> {
    const texts = (await this.#texts('#windows li')) as string[];
    return texts.sort((a, b) => Number(b === ME) - Number(a === ME));
  }

  /** What its policy forbade, and errors other than those of the network. */
  brokenRules(): string[] {
    const isExpected = /^Failed to load resource|^WebSocket connection to/;
    return this.browser.complaints.filter((each) => !isExpected.test(each));
  }

  leave(): Promise<unknown> {
    return this.browser.go('about:blank');
  }

  comeBack(): Promise<unknown> {
    return this.browser.evaluate('void setTimeout(() => history.back())');
  }

  #texts(selector: string): Promise<unknown> {
    return this.browser.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.innerText)`,
    );
  }
}
