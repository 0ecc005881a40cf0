import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createClient, startTestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { createServer } from '../../src/index.ts';

// What the server has left once it listens: to load, it opens many files at once.
const DESCRIPTORS = 100;

describe('a port that is taken', () => {
  test.each([false, true])('is named, and can be taken later, HTTP/2 %s', async (http2) => {
    const first = await startTestServer({ http2: { enabled: http2 } });
    const { port } = first.server;
    const options = {
      port,
      routesDir: false,
      logger: false,
      handleSignals: false,
      http2: { enabled: http2 },
    } as const;
    await expect(createServer(options).listen()).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
      message: `Port ${port} of localhost is already in use. Stop the process that listens there, or choose another port.`,
    });
    // That did no harm to who has it.
    expect((await (http2 ? first.http2 : first.http1).request('/')).status).toBe(404);
    await first.close();
    await using second = await startTestServer(options);
    expect(second.server.port).toBe(port);
  });
});

describe.each(['HTTP/1.1', 'HTTP/2'])('a server without file descriptors, %s', (protocol) => {
  let folder: string;
  let child: ChildProcess;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'blaize-descriptors-'));
    const command = [
      process.execPath,
      ...FROM_SOURCE,
      path.join(import.meta.dirname, 'fixtures/serve-on-few.ts'),
      protocol,
      String(DESCRIPTORS),
    ];
    child = spawn('sh', ['-c', `ulimit -n 1000; exec "$0" "$@"`, ...command], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    [port] = (await once(child, 'message')) as [number];
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  test('goes on serving whom it serves, and whoever comes when there are some again (EMFILE)', async () => {
    const secure = protocol === 'HTTP/2';
    const ca = secure ? await readFile(path.join(folder, '.blaize/ssl/cert.pem'), 'utf8') : undefined;
    const url = `${secure ? 'https' : 'http'}://localhost:${port}`;
    const newClient = (): ReturnType<typeof createClient> =>
      createClient(url, { protocol: secure ? 'http2' : 'http1', ca });
    const answers = async (client: ReturnType<typeof createClient>): Promise<string> =>
      (await client.request('/')).text();

    await using client = newClient();
    expect(await answers(client)).toBe('ok');

    let refused = 0;
    const sockets: Socket[] = [];
    for (let i = 0; i < 2 * DESCRIPTORS; i++) {
      const socket = connect(port, 'localhost');
      socket.on('error', () => undefined).once('close', () => refused++);
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
      sockets.push(socket);
    }
    expect(await answers(client)).toBe('ok');
    await expect.poll(() => refused).toBeGreaterThan(0);

    for (const socket of sockets) socket.destroy();
    // Until the server has seen them go.
    for (;;) {
      await using late = newClient();
      if ((await answers(late).catch(() => 'refused')) === 'ok') break;
    }

    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  }, 30_000);
});
