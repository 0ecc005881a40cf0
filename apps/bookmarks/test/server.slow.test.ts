import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { startChild } from '../../../tooling/test/child.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';

const SERVER = path.resolve(import.meta.dirname, '../src/server.ts');

test('the server starts from source, answers over https, and ends with 0 on SIGTERM', async () => {
  // Its working directory is where it keeps the certificate that it makes.
  const cwd = await temporaryFolder();
  const child = startChild(process.execPath, [...FROM_SOURCE, SERVER], {
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
  const [, url = ''] = await child.says(/Server running on (https:\S+)/);

  const ca = await readFile(path.join(cwd, '.blaize/ssl/cert.pem'), 'utf8');
  for (const protocol of ['http1', 'http2'] as const) {
    await using client = createClient(url, { protocol, ca });
    const response = await client.request('/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'pass' }]);
  }

  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(0);
});

test('in production, without a certificate, it says which variables to set', async () => {
  const { PATH } = process.env;
  const child = startChild(process.execPath, [...FROM_SOURCE, SERVER], {
    cwd: await temporaryFolder(),
    env: { PATH, NODE_ENV: 'production', PORT: '0', TLS: 'on', SSL_KEY_PATH: 'key.pem', SSL_CERT_PATH: '' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  expect(await child.ended).toBe(1);
  expect(child.err).toContain('set SSL_KEY_PATH and SSL_CERT_PATH to PEM files. Or set TLS=off');
});
