import { once } from 'node:events';
import { connect } from 'node:net';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { basicAuth, hashPassword } from '../src/index.ts';
import { jwtAuth } from '../src/jwt.ts';
import { CLAIMS, p256, SECRET, sign } from './tokens.ts';
import { outcome, serve } from './server.ts';

// What only a client that is written for it would send. Over HTTP/2 the tests of the server do, in raw frames.
let cleartext: TestServer;
beforeAll(async () => {
  cleartext = await serve([jwtAuth({ secret: SECRET })], { tls: false });
});
afterAll(() => cleartext.close());

async function overHttp1(server: TestServer, ...lines: string[]): Promise<string> {
  const { port, hostname } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.end(
    ['GET / HTTP/1.1', 'host: localhost', 'connection: close', ...lines, '', ''].join('\r\n'),
    'latin1',
  );
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += chunk as string;
  return text;
}

const good = await sign(SECRET, 'HS256');
const bad = await sign(`${SECRET}!`, 'HS256');

test.each([
  [good, good],
  [good, bad],
  [bad, good],
  ['x', good],
])(
  'HTTP/1.1: two Authorization lines are refused, of which Node shows only the first',
  async (one, other) => {
    const text = await overHttp1(cleartext, `Authorization: Bearer ${one}`, `AUTHORIZATION: Bearer ${other}`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  },
);

test('HTTP/1.1: an obsolete line folding, bytes above ASCII and a tab get no one in', async () => {
  for (const line of [
    `Authorization: Bearer\r\n ${good}`,
    `Authorization: Bearer \xe9${good}`,
    `Authorization:\tBearer\t${good}`,
  ]) {
    expect(await overHttp1(cleartext, line)).toMatch(/^HTTP\/1\.1 40[01] /);
  }
});

test('a token in trailers or in a header of another name gets no one in', async () => {
  for (const line of [
    `Proxy-Authorization: Bearer ${good}`,
    `X-Authorization: Bearer ${good}`,
    `Cookie: authorization=Bearer ${good}`,
  ]) {
    expect(await overHttp1(cleartext, line)).toMatch(/^HTTP\/1\.1 401 /);
  }
});

test('a signature of zeros is none (CVE-2022-21449)', async () => {
  await using keyed = await serve([jwtAuth({ publicKey: p256.publicKey })]);
  const token = await sign(p256.privateKey, 'ES256');
  const [head, body] = token.split('.');
  for (const size of [0, 64, 70, 1000]) {
    const zeros = Buffer.alloc(size).toString('base64url');
    expect(
      await outcome(keyed, 'HTTP/2', { authorization: `Bearer ${head}.${body}.${zeros}` }),
    ).toMatchObject({
      status: 401,
    });
  }
});

test('who leaves while a password is checked leaves no error in the log', async () => {
  const errors: unknown[] = [];
  const note = (...args: unknown[]) => void errors.push(args);
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const hash = await hashPassword('right', { ln: 13, r: 8, p: 1 });
  const basic = basicAuth({ find: () => ({ user: { name: 'a' }, hash }) });
  await using slow = await serve([basic], { tls: false, logger });
  const { port, hostname } = new URL(slow.url);
  const sockets = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = connect({ host: hostname, port: Number(port) });
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.write(`GET / HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic ${btoa('a:wrong')}\r\n\r\n`);
      return socket;
    }),
  );
  // One answer tells that the others wait.
  await Promise.race(sockets.map((socket) => once(socket, 'data')));
  for (const socket of sockets) socket.destroy();
  expect(await outcome(slow, 'HTTP/1.1', { authorization: `Basic ${btoa('a:right')}` })).toMatchObject({
    status: 200,
  });
  expect(errors).toEqual([]);
});

test('a secret may be for several algorithms', async () => {
  const long = 'x'.repeat(64);
  await using several = await serve([jwtAuth({ secret: long, algorithms: ['HS256', 'HS512'] })]);
  const status = async (alg: string) =>
    (await outcome(several, 'HTTP/2', { authorization: `Bearer ${await sign(long, alg, CLAIMS)}` })).status;
  expect([await status('HS256'), await status('HS384'), await status('HS512')]).toEqual([200, 401, 200]);
});
