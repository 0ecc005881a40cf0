import { createApp } from '@blaizejs/app';
import { afterEach, describe, expect, test } from 'vitest';

import { toLambda } from '../src/lambda.ts';
import { toVercel } from '../src/vercel.ts';
import { toWorker } from '../src/worker.ts';

const lines: string[] = [];
const collect = (_properties: object | string, message?: string): void => void lines.push(message ?? '');
const logger = {
  debug: collect,
  info: collect,
  error: collect,
  warn: (properties: object | string, message?: string): void =>
    void lines.push(message ?? (typeof properties === 'string' ? properties : '')),
};
afterEach(() => void lines.splice(0));

describe.each(Object.entries({ toWorker, toLambda, toVercel }))('%s()', (name, adapter) => {
  test('says which routes need a server', async () => {
    const app = createApp({ logger });
    app.router.addRoute('GET', '/', { handler: () => 'hello' });
    app.router.addRoute('GET', '/rooms/:id', { tunnel: 'websocket', handler: () => 'no' });
    await adapter(app);
    expect(lines.filter((line) => line.includes('WebSocket'))).toEqual([
      `${name}(): WebSockets need a server from createServer(), so clients can't open them at GET /rooms/:id. ` +
        'Use server-sent events, or serve these routes elsewhere.',
    ]);
  });

  test('has nothing to say about other routes', async () => {
    const app = createApp({ logger });
    app.router.addRoute('GET', '/', { handler: () => 'hello' });
    await adapter(app);
    expect(lines).toEqual([]);
  });
});
