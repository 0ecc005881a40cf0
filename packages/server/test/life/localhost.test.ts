import { once } from 'node:events';
import { createServer, connect } from 'node:net';

import { ListenError } from '@blaizejs/errors';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { createServer as createBlaizeServer } from '../../src/index.ts';

const FAMILIES = ['127.0.0.1', '::1'];

/** What listens on an address: `open` or the code of the error. */
async function probe(port: number, host: string): Promise<string> {
  const socket = connect(port, host);
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => 'open'),
    once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code ?? ''),
  ]).catch((error: unknown) => (error as NodeJS.ErrnoException).code ?? '');
  socket.destroy();
  return outcome;
}

const probeBoth = (port: number): Promise<string[]> => Promise.all(FAMILIES.map((host) => probe(port, host)));

describe.each([
  ['http', false],
  ['https', true],
] as const)('host: localhost, %s', (scheme, enabled) => {
  test('listens on one port of both families, answers on both, and closes both', async () => {
    const app = await startTestServer({ host: 'localhost', http2: { enabled } });
    app.server.router.addRoute('GET', '/', { handler: ({ request }) => request.ip });
    const { port, addresses } = app.server;
    expect(
      addresses.map(({ port: bound, host }) => [
        bound,
        host === 'localhost' || FAMILIES.includes(host ?? ''),
      ]),
    ).toEqual([
      [port, true],
      [port, true],
    ]);
    expect(addresses.map(({ url }) => new URL(url).protocol)).toEqual([`${scheme}:`, `${scheme}:`]);
    expect(await probeBoth(port)).toEqual(['open', 'open']);
    const answers = await Promise.all(
      FAMILIES.map(async (host) => {
        const name = host === '::1' ? '[::1]' : host;
        return (await fetch(`${scheme}://${name}:${port}/`)).text();
      }),
    );
    expect(answers).toEqual(FAMILIES);
    await app.close();
    expect(await probeBoth(port)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  test.each(FAMILIES)('listens on neither if its port is taken on %s, and may try again', async (host) => {
    const other = createServer().listen(0, host);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await using server = createBlaizeServer({
      ...{ host: 'localhost', port, routesDir: false, logger: false, handleSignals: false },
      ...(!enabled && { tls: false as const }),
    });
    const failure: unknown = await server.listen().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ListenError);
    expect(failure).toMatchObject({ code: 'EADDRINUSE' });
    const free = FAMILIES.find((one) => one !== host) ?? '';
    expect(await probe(port, free)).toBe('ECONNREFUSED');
    other.close();
    await once(other, 'close');
    await server.listen();
    expect(await probeBoth(port)).toEqual(['open', 'open']);
  });
});
