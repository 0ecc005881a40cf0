import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CASES } from './cases.mjs';
import { makeCertificate } from './certificate.mjs';
import { FRAMEWORKS } from './frameworks.mjs';
import { ServerProcess } from './server-process.mjs';
import { ask, problemWith } from './verify.mjs';

/** @import { Certificate } from './certificate.mjs' */

// Tests run from source; the benchmark itself measures the build.
const FROM_SOURCE = ['--conditions=@blaizejs/source', '--import=tsx'];

const folder = mkdtempSync(join(tmpdir(), 'blaize-benchmark-test-'));
/** @type {Certificate} */
let certificate;
beforeAll(async () => {
  certificate = await makeCertificate(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(
  FRAMEWORKS.flatMap(({ protocols, ...rest }) =>
    protocols.map((protocol) => ({ protocol, protocols, ...rest })),
  ),
)('$name over $protocol', ({ protocol, ...framework }) => {
  /** @type {ServerProcess} */
  let server;
  const cases = CASES.filter(({ only }) => only === undefined || only === framework.name);
  beforeAll(async () => {
    const node = [process.execPath, ...(framework.name === 'blaize' ? FROM_SOURCE : [])];
    const routes = Math.max(...cases.map((one) => one.routes));
    server = await ServerProcess.start({ node, framework, protocol, case: { routes }, certificate });
  }, 60_000);
  afterAll(() => server.stop());

  it.each(cases)('answers $name', async (one) => {
    expect(problemWith(one, await ask(protocol, server.port, one, certificate.cert))).toBeUndefined();
  });
});

describe('problemWith', () => {
  const expected = { status: 200, answer: { message: 'Hello, World!' } };
  const right = {
    status: 200,
    type: 'application/json;charset=UTF-8',
    body: Buffer.from('{"message":"Hello, World!"}'),
  };

  it('finds no problem if the answer is right', () => {
    expect(problemWith(expected, right)).toBeUndefined();
  });

  it.each([
    ['status', { ...right, status: 500 }],
    ['content-type', { ...right, type: 'text/html' }],
    ['body', { ...right, body: Buffer.from('{"message":"Hello"}') }],
  ])('finds another %s', (what, answer) => {
    expect(problemWith(expected, answer)).toMatch(what);
  });

  it('finds a stream that is too short', () => {
    const answer = { status: 200, type: 'application/octet-stream', body: Buffer.alloc(1000) };
    expect(problemWith({ status: 200 }, answer)).toBe('1000 bytes');
  });
});
