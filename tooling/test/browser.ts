import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

import { onTestFinished, vi } from 'vitest';

/** Whether there is no Chromium; tests that need one then skip, and say so. */
export function isBrowserMissing(): boolean {
  return spawnSync('chromium', ['--version']).status !== 0;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page in headless Chromium, which reaches this machine only. It is closed when the test is over. */
export class BrowserPage {
  /** What the page asked for. */
  readonly requests: string[] = [];
  /** What its policy forbade, and errors on its console. */
  readonly complaints: string[] = [];
  readonly #input: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #session: string | undefined;
  #count = 0;

  private constructor(input: Writable, output: Readable) {
    this.#input = input;
    let text = '';
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) this.#receive(JSON.parse(message) as Message);
    });
  }

  static async open(): Promise<BrowserPage> {
    const profile = await mkdtemp(path.join(tmpdir(), 'blaize-browser-'));
    const browser = spawn(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        '--ignore-certificate-errors',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
        `--user-data-dir=${profile}`,
        '--remote-debugging-pipe',
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
    );
    const exited = once(browser, 'exit');
    const page = new BrowserPage(browser.stdio[3] as Writable, browser.stdio[4] as Readable);
    onTestFinished(async () => {
      await page.#send('Browser.close');
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    });
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.#send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = sessionId as string;
    for (const domain of ['Page', 'Network', 'Runtime', 'Log', 'Audits'])
      await page.#send(`${domain}.enable`);
    return page;
  }

  async go(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
  }

  /** The value of an expression on the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    return (result as { value?: unknown }).value;
  }

  /** Types into an empty field, as a person does: again, if the page drew the field anew meanwhile. */
  async type(selector: string, text: string): Promise<void> {
    const field = `document.querySelector(${JSON.stringify(selector)})`;
    await vi.waitFor(async () => {
      if ((await this.evaluate(`${field}.value`)) === text) return;
      await this.evaluate(`${field}.focus(), ${field}.select()`);
      await this.#send('Input.insertText', { text });
      throw new Error(`${selector} does not hold ${text} yet.`);
    }, 5000);
  }

  /** Chooses a file, as a person does in the dialog of a file input. */
  async choose(selector: string, file: string): Promise<void> {
    const { result } = await this.#send('Runtime.evaluate', {
      expression: `document.querySelector(${JSON.stringify(selector)})`,
    });
    const { objectId } = result as { objectId: string };
    await this.#send('DOM.setFileInputFiles', { files: [file], objectId });
  }

  /** Sends a command of the DevTools protocol to the page. */
  command(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return this.#send(method, params);
  }

  #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const sessionId =
      method.startsWith('Target.') || method.startsWith('Browser.') ? undefined : this.#session;
    this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result = {}, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
  }

  #receive(message: Message): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    const { method, params = {} } = message;
    if (method === 'Network.requestWillBeSent')
      this.requests.push((params['request'] as { url: string }).url);
    if (method === 'Audits.issueAdded') {
      const { code, details } = params['issue'] as { code: string; details: unknown };
      if (code === 'ContentSecurityPolicyIssue') this.complaints.push(JSON.stringify(details));
    }
    if (method === 'Log.entryAdded') {
      const { level, text } = params['entry'] as { level: string; text: string };
      if (level === 'error') this.complaints.push(text);
    }
    if (method === 'Runtime.exceptionThrown')
      this.complaints.push(JSON.stringify(params['exceptionDetails']));
  }
}
