import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createClient } from 'blaizejs/testing';
import { expect, onTestFinished, test } from 'vitest';

import { temporaryDirectory } from './app.ts';

const SERVER = path.resolve(import.meta.dirname, '../src/server.ts');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

test('the server starts from source, answers over https, and ends with 0 on SIGTERM', async () => {
  // Its working directory is where it keeps the certificate that it makes.
  const cwd = await temporaryDirectory();
  const args = ['--import', TSX, '--conditions', '@blaizejs/source', SERVER];
  const child = spawn(process.execPath, args, {
    cwd,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      HOST: 'localhost',
      PORT: '0',
      TLS: 'on',
      SSL_KEY_PATH: '',
      SSL_CERT_PATH: '',
      DATABASE_URL: 'file:test.db',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));

  const lines: string[] = [];
  let url: string | undefined;
  const output = createInterface(child.stdout);
  for await (const line of output) {
    lines.push(line);
    url = /Server running on (https:\S+)/.exec(line)?.[1];
    if (url) break;
  }
  child.stdout.resume();
  if (!url) throw new Error(`The server did not start:\n${lines.join('\n')}`);

  const ca = await readFile(path.join(cwd, '.blaize/ssl/cert.pem'), 'utf8');
  for (const protocol of ['http1', 'http2'] as const) {
    await using client = createClient(url, { protocol, ca });
    const response = await client.request('/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'pass' }]);
  }

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('in production, without a certificate, it says which variables to set', async () => {
  const args = ['--import', TSX, '--conditions', '@blaizejs/source', SERVER];
  const { PATH } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: await temporaryDirectory(),
    env: { PATH, NODE_ENV: 'production', PORT: '0', TLS: 'on', SSL_KEY_PATH: 'key.pem', SSL_CERT_PATH: '' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  expect(await text(child.stderr)).toContain(
    'set SSL_KEY_PATH and SSL_CERT_PATH to PEM files. Or set TLS=off',
  );
  expect(await exit).toEqual([1, null]);
});
