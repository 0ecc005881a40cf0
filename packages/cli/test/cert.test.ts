import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

import { expect, onTestFinished, test } from 'vitest';

import { App } from './app.ts';
import { run } from './run.ts';

const ran = promisify(execFile);

test('make creates a certificate, and keeps it the next time', async () => {
  const app = await App.make({}, []);
  const made = await run(app.path, 'cert', 'make');
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toMatch(
    /^Created \.blaize\/ssl\/cert\.pem and its key, \.blaize\/ssl\/key\.pem\.\nnames {4}localhost, 127\.0\.0\.1, ::1\nvalid {4}\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d \(36[45] days left\)\nSHA-256 {2}([\dA-F]{2}:){31}[\dA-F]{2}\n$/,
  );
  const again = await run(app.path, 'cert', 'make');
  expect(again.out).toBe(made.out.replace(/^.*\n/, '.blaize/ssl/cert.pem already exists and is usable.\n'));
  const more = await run(app.path, 'cert', 'make', '--host', 'app.test');
  expect(more.out).toMatch(/^Created .*\nnames {4}localhost, 127\.0\.0\.1, ::1, app\.test\n/);
});

test('show prints a certificate, and whether its key matches', async () => {
  const app = await App.make({}, []);
  const { out: made } = await run(app.path, 'cert', 'make');
  const shown = await run(app.path, 'cert', 'show');
  expect(shown).toEqual({
    code: 0,
    err: '',
    out: `${made.replace(/^.*\n/, '.blaize/ssl/cert.pem\n')}key      .blaize/ssl/key.pem matches\n`,
  });
  const other = await App.make({}, []);
  await run(other.path, 'cert', 'make');
  const mixed = await run(app.path, 'cert', 'show', '--key', other.file('.blaize/ssl/key.pem'));
  expect(mixed.code).toBe(1);
  expect(mixed.out).toMatch(/^names {4}localhost/m);
  expect(mixed.err).toMatch(/^blaize cert show: .*key\.pem/);
});

test('the instructions of trust work', async () => {
  const app = await App.make({ 'ask.mjs': 'console.log(await (await fetch(process.argv[2])).text());' }, []);
  await run(app.path, 'cert', 'make');
  const server = createServer(
    {
      key: await readFile(app.file('.blaize/ssl/key.pem')),
      cert: await readFile(app.file('.blaize/ssl/cert.pem')),
    },
    (_request, response) => response.end('trusted'),
  );
  await once(server.listen(0, 'localhost'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const url = `https://localhost:${port}/`;

  const { out } = await run(app.path, 'cert', 'trust', '--system', 'linux');
  const line = (begins: string): string =>
    out
      .split('\n')
      .find((each) => each.trim().startsWith(begins))!
      .replace('node program.js', `'${process.execPath}' ask.mjs ${url}`)
      .replace('https://localhost:3000/', `--silent ${url}`);
  for (const command of [line('NODE_EXTRA_CA_CERTS='), line('curl ')]) {
    const { stdout } = await ran('sh', ['-c', command], { cwd: app.path });
    expect(stdout.trim()).toBe('trusted');
  }
});

test.each([
  ['linux', "certutil -d sql:$HOME/.pki/nssdb -A -t 'P,,' -n blaize-development -i '"],
  ['macos', 'security add-trusted-cert -r trustRoot -p ssl '],
  ['windows', 'Import-Certificate -CertStoreLocation Cert:\\CurrentUser\\Root -FilePath "'],
])('trust has instructions for %s', async (system, expected) => {
  const app = await App.make({}, []);
  await run(app.path, 'cert', 'make');
  const { code, out } = await run(app.path, 'cert', 'trust', '--system', system);
  expect(code).toBe(0);
  expect(out).toContain(expected);
  expect(out).toContain(app.file('.blaize/ssl/cert.pem'));
  expect(out).toContain('Firefox');
});

test('trust without --system has the instructions for this machine', async () => {
  const app = await App.make({}, []);
  await run(app.path, 'cert', 'make');
  const { out } = await run(app.path, 'cert', 'trust');
  const own = { darwin: 'security add-trusted-cert', win32: 'Import-Certificate' }[
    process.platform as string
  ];
  expect(out).toContain(own ?? 'certutil -d');
});

test.each(['show', 'trust'])('%s without a certificate explains how to create one', async (what) => {
  const app = await App.make({}, []);
  const { code, err } = await run(app.path, 'cert', what);
  expect(code).toBe(1);
  expect(err).toMatch(/There is no certificate .*cert\.pem\. Create one: npx blaize cert make/);
  await writeFile(app.file('odd.pem'), 'odd');
  expect((await run(app.path, 'cert', what, '--cert', 'odd.pem')).err).toMatch(
    /odd\.pem is not a certificate: /,
  );
});

test('make refuses an invalid host', async () => {
  const app = await App.make({}, []);
  const { code, err } = await run(app.path, 'cert', 'make', '--host', 'a b');
  expect(code).toBe(1);
  expect(err).toMatch(/^blaize cert make: Can't create a certificate for the host "a b"/);
});
