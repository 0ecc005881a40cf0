import { createPlugin, createServer } from 'blaizejs';
import { ConfigurationError } from 'blaizejs/errors';
import { startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { answering } from './project.ts';

function problemsOf(options: unknown): Record<string, string> {
  try {
    createServer(options as Parameters<typeof createServer>[0]);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    const { problems } = error as ConfigurationError;
    return Object.fromEntries(
      problems.map(({ path, expected, suggestion = '' }) => [path, `${expected}. ${suggestion}`]),
    );
  }
  throw new Error('The options were taken.');
}

test('port and host have defaults, and options replace them', () => {
  const plain = createServer({ routesDir: '/srv/routes' });
  expect([plain.host, plain.port]).toEqual(['localhost', 3000]);

  const other = createServer({ routesDir: '/srv/routes', port: 8080, host: '0.0.0.0' });
  expect([other.host, other.port]).toEqual(['0.0.0.0', 8080]);
});

test('creating servers reads no files; only listening does', () => {
  const files = { keyFile: '/not/there.key', certFile: '/not/there.crt' };
  expect(() => {
    createServer({ routesDir: '/not/there' });
    createServer({ routesDir: './relative' });
    createServer({
      routesDir: '/not/there',
      http2: { enabled: true, ...files },
      middleware: [],
      plugins: [],
    });
  }).not.toThrow();
});

test.each([-1, 65_536, 1.5, Number.NaN, '80'])(
  'port %s is refused, and the error has the received and the expected value',
  (port) => {
    expect(() => createServer({ port: port as number, routesDir: '/srv' })).toThrow(
      `port: expected a whole number from 0 to 65535, received ${JSON.stringify(port) === 'null' ? 'NaN' : JSON.stringify(port)}`,
    );
  },
);

test('all problems are reported at once, each with its path', () => {
  const problems = problemsOf({
    port: -1,
    host: '',
    routeDir: '/srv/routes',
    http2: { enabled: 'yes', keyfile: 'key.pem', certFile: 'cert.pem' },
    middleware: [42],
    plugins: [{}],
    logger: console.log,
  });
  expect(Object.keys(problems).sort()).toEqual([
    'host',
    'http2.enabled',
    'http2.keyFile',
    'http2.keyfile',
    'logger',
    'middleware[0]',
    'plugins[0]',
    'port',
    'routeDir',
    'routesDir',
  ]);
  expect(problems.routesDir).toMatch(/the path of a folder/);
  expect(problems.routeDir).toMatch(/Did you mean `routesDir`\?/);
  expect(problems['http2.keyfile']).toMatch(/Did you mean `keyFile`\?/);
});

test('a key without its certificate is refused', () => {
  expect(problemsOf({ routesDir: '/srv', http2: { keyFile: 'key.pem' } })).toHaveProperty(['http2.certFile']);
  expect(problemsOf({ routesDir: '/srv', http2: { certFile: 'cert.pem' } })).toHaveProperty([
    'http2.keyFile',
  ]);
});

test('the message counts and lists the problems', () => {
  expect(() => createServer({ port: -1, routesDir: '' })).toThrow(
    /2 problems[^]*- port: .* received -1[^]*- routesDir: .* received ""/,
  );
});

test('missing options are refused', () => {
  expect(problemsOf(undefined)).toHaveProperty('options');
});

test('a relative folder of routes is resolved from the working directory', async () => {
  await using dir = await makeFolder({ 'hello.mjs': answering('hello') });
  const { relative } = await import('node:path');
  await using app = await startTestServer({
    routesDir: relative(process.cwd(), dir.path),
    http2: { enabled: false },
  });
  expect(await (await app.http1.request('/hello')).text()).toBe('hello');
});

test('the error of listen() names a missing folder', async () => {
  await expect(startTestServer({ routesDir: '/not/there' })).rejects.toThrow(
    /\/not\/there: there is no such folder/,
  );
});

test('a plugin that needs options is refused until it is called with them', () => {
  const database = createPlugin('database', '1.0.0', (_server, _options: { url: string }) => undefined);
  expect(problemsOf({ routesDir: '/srv', plugins: [database] })['plugins[0]']).toMatch(
    /called with its options/,
  );
  expect(() => createServer({ routesDir: '/srv', plugins: [database({ url: 'x' })] })).not.toThrow();
});
