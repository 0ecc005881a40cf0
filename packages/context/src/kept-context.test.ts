import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

import { expect, test } from 'vitest';

import { contextOf } from '../test/contexts.ts';
import { keepContext, runKept } from './kept-context.ts';
import { runWithContext, tryUseContext } from './storage.ts';

const other = new AsyncLocalStorage<string>();
const isSparing = Number.parseInt(process.versions.node, 10) >= 24;

function inNothing<T>(work: () => T): T {
  return runWithContext(undefined as never, () => other.exit(work));
}

test('functions run in the context of the request, whoever calls them', () => {
  const ctx = contextOf(new Request('http://localhost/a'));
  const caller = contextOf(new Request('http://localhost/b'));
  const kept = runWithContext(ctx, () => keepContext(ctx));
  const seen = runWithContext(caller, () => other.run('caller', () => runKept(ctx, kept, see)));
  expect(seen).toEqual([ctx, undefined]);
  expect(runKept(ctx, kept, see)).toEqual([ctx, undefined]);
});

test('what others keep of the request, such as a tracer, is there, too', () => {
  const ctx = contextOf(new Request('http://localhost/a'));
  const kept = runWithContext(ctx, () => other.run('span', () => keepContext(ctx)));
  expect(kept).toBeDefined();
  expect(runKept(ctx, kept, see)).toEqual([ctx, 'span']);
  expect(other.run('caller', () => runKept(ctx, kept, see))).toEqual([ctx, 'span']);
  // Also where they have set it around the whole request.
  const around = other.run('server', () => runWithContext(ctx, () => keepContext(ctx)));
  expect(runKept(ctx, around, see)).toEqual([ctx, 'server']);
});

test('a request that is not the current one is kept all the same', () => {
  const ctx = contextOf(new Request('http://localhost/a'));
  const current = contextOf(new Request('http://localhost/b'));
  const kept = runWithContext(current, () => keepContext(ctx));
  expect(runWithContext(current, () => runKept(ctx, kept, see))).toEqual([ctx, undefined]);
});

test.runIf(isSparing)('if there is nothing else, nothing is kept', async () => {
  const ctx = contextOf(new Request('http://localhost/a'));
  const kept = await fresh(() => runWithContext(ctx, () => keepContext(ctx)));
  expect(kept).toBeUndefined();
});

test('errors pass through', () => {
  const ctx = contextOf(new Request('http://localhost/a'));
  const kept = inNothing(() => runWithContext(ctx, () => keepContext(ctx)));
  const fail = (): never => {
    throw new Error('no');
  };
  expect(() => runKept(ctx, kept, fail)).toThrow('no');
});

function see(): unknown[] {
  return [tryUseContext(), other.getStore()];
}

/** Runs a function where nothing has been stored, as in the callback of a new connection. */
async function fresh<T>(work: () => T): Promise<T> {
  const server = createServer((socket) => socket.destroy());
  const result = new Promise<T>((resolve) => server.once('connection', () => resolve(work())));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'close');
  server.close();
  return result;
}
