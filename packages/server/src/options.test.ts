import { ConfigurationError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { resolveOptions } from './options.ts';

function problemsOf(options: unknown): string[] {
  try {
    resolveOptions(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n  - ').slice(1);
  }
  return [];
}

describe('options', () => {
  test('have safe defaults', () => {
    expect(resolveOptions({ routesDir: './routes' })).toEqual({
      port: 3000,
      host: 'localhost',
      routesDir: './routes',
      http2: { enabled: true, keyFile: undefined, certFile: undefined },
      endpoints: [],
      router: { caseSensitive: true, ignoreTrailingSlash: false },
      middleware: [],
      plugins: [],
      bodyLimit: 1_048_576,
      bodyReaders: {},
      deadlineHeader: false,
      decompressRequests: false,
      earlyHints: false,
      validateResponses: 'error',
      limits: {
        maxHeaderSize: 16_384,
        maxHeadersCount: 128,
        maxUrlLength: 8192,
        maxParamLength: 2048,
        handshakeTimeout: 10_000,
        headersTimeout: 15_000,
        requestTimeout: 300_000,
        handlerTimeout: 120_000,
        keepAliveTimeout: 65_000,
        maxConnections: 10_000,
        maxRequestsPerSocket: 0,
        maxConnectionAge: 0,
        maxConcurrentStreams: 100,
        maxSessionMemory: 10,
        streamResetBurst: 1000,
        streamResetRate: 33,
      },
      trustProxy: false,
      shutdownTimeout: 10_000,
      drainDelay: 0,
      pluginTimeout: 10_000,
      handleSignals: true,
    });
  });

  test('undefined counts as not set', () => {
    const options = {
      routesDir: './routes',
      port: undefined,
      http2: { keyFile: undefined, certFile: undefined },
    };
    expect(resolveOptions(options)).toMatchObject({ port: 3000, http2: { enabled: true } });
  });

  test('are all checked at once, with path, received and expected value', () => {
    expect(
      problemsOf({
        port: -1,
        host: '',
        routesDir: 5,
        http2: { enabled: 'yes', keyFile: 'key.pem' },
        middleware: [{}],
        plugins: [() => undefined],
        bodyLimit: 0,
        logger: console.log,
      }),
    ).toEqual([
      'port: expected a whole number from 0 to 65535, received -1',
      'host: expected a host name or address, received ""',
      'routesDir: expected the path of a folder, or false if routes are only added in code, received 5',
      'http2.enabled: expected true or false, received "yes"',
      'http2.certFile: expected the certificate that goes with keyFile, received nothing',
      'middleware[0]: expected a function (ctx, next) or what createMiddleware() returned, received an object',
      'plugins[0]: expected what createPlugin() returned, called with its options if it has no defaults, received a function. If it is middleware, give it to `middleware`.',
      'bodyLimit: expected a whole number above 0, received 0',
      'logger: expected false, or an object with the methods debug, info, warn and error, received a function',
    ]);
  });

  test('unknown ones are refused, with a suggestion', () => {
    expect(problemsOf({ routeDir: './routes', http2: { certfile: 'x' }, unheardOf: 1 })).toEqual([
      'routesDir: expected the path of a folder, or false if routes are only added in code, received nothing',
      'http2.certfile: expected one of the options enabled, keyFile, certFile, received "x". Did you mean `certFile`?',
      expect.stringMatching(
        /^routeDir: expected one of .*, received "\.\/routes"\. Did you mean `routesDir`\?$/,
      ),
      expect.stringMatching(/^unheardOf: expected one of the options port, host, routesDir, .*, received 1$/),
    ]);
  });

  test('problems in lists, records and nested options have their path', () => {
    expect(
      problemsOf({
        routesDir: 'x',
        endpoints: [{ port: 80, redirect: 1 }, { host: 'a' }, 80],
        tls: { sni: { 'a.example': { keyFile: 'k' } }, ticketKeys: 'x', minVersion: 'TLSv1.1' },
        bodyReaders: { 'application/yaml': 'yaml' },
        validateResponses: true,
        drainDelay: -1,
        limits: { headersTimeout: 1e12, handlerTimout: 1 },
      }),
    ).toEqual([
      'tls.minVersion: expected "TLSv1.2" or "TLSv1.3", received "TLSv1.1"',
      'tls.sni.a.example.certFile: expected the certificate that goes with keyFile, received nothing',
      'tls.ticketKeys: expected 48 bytes, received "(1 character)"',
      'endpoints[0].redirect: expected true or false, received 1',
      'endpoints[1].port: expected a whole number from 0 to 65535, received nothing',
      'endpoints[2]: expected an object such as { port: 80, redirect: true }, received 80',
      'bodyReaders.application/yaml: expected a function ({ stream, headers, limit, signal }) that returns a value, received "yaml"',
      'validateResponses: expected "error", "log" or false, received true',
      'drainDelay: expected a whole number, or 0 for no limit, of at most 2147483647 milliseconds, received -1',
      expect.stringMatching(/^limits\.headersTimeout: expected .*, received 1000000000000$/),
      expect.stringMatching(/^limits\.handlerTimout: .* Did you mean `handlerTimeout`\?$/),
    ]);
  });

  test('accept false for tls, and a list of endpoints', () => {
    const endpoints = [
      { port: 80, redirect: true },
      { port: 8443, host: '::1', tls: { key: 'k', cert: 'c' } },
    ];
    expect(resolveOptions({ routesDir: false, tls: false, endpoints })).toMatchObject({
      tls: false,
      endpoints,
    });
  });

  test('a key without its certificate is refused, and the reverse', () => {
    expect(problemsOf({ routesDir: 'x', http2: { keyFile: 'key.pem' } })).toEqual([
      'http2.certFile: expected the certificate that goes with keyFile, received nothing',
    ]);
    expect(problemsOf({ routesDir: 'x', http2: { certFile: 'cert.pem' } })).toEqual([
      'http2.keyFile: expected the key that goes with certFile, received nothing',
    ]);
  });

  test('tls.acme beside a key is refused', () => {
    const acme = { domains: ['example.org'] };
    const expected = 'tls.acme: expected nothing, next to a key, received ';
    for (const pair of [
      { key: 'k', cert: 'c' },
      { keyFile: 'key.pem', certFile: 'cert.pem' },
    ]) {
      expect(problemsOf({ routesDir: false, tls: { ...pair, acme } })).toEqual([
        expect.stringContaining(expected) as unknown,
      ]);
    }
    expect(problemsOf({ routesDir: false, tls: { acme } })).toEqual([]);
  });

  test('invalid proxies are refused by position', () => {
    const networks = ['10.0.0.0/8', 'loopback', '10.0.0.0/33', 'localhost', '0.0.0.0/0', 7];
    const expected = 'expected an address, a network such as 10.0.0.0/8, loopback, linklocal or uniquelocal';
    expect(problemsOf({ routesDir: 'x', trustProxy: networks })).toEqual([
      `trustProxy[2]: ${expected}, received "10.0.0.0/33"`,
      `trustProxy[3]: ${expected}, received "localhost"`,
      `trustProxy[4]: ${expected}, received "0.0.0.0/0"`,
      `trustProxy[5]: ${expected}, received 7`,
    ]);
    expect(problemsOf({ routesDir: 'x', trustProxy: 0 })).toEqual([
      'trustProxy: expected a whole number above 0, received 0',
    ]);
    // Trusting everyone would mean believing every client.
    expect(problemsOf({ routesDir: 'x', trustProxy: true })).toEqual([
      'trustProxy: expected false, a number of proxies, or a list of their addresses and networks, received true',
    ]);
  });

  test('problems have their values, for programs', () => {
    expect(() => resolveOptions({ routesDir: 'x', port: '80' })).toThrow(
      expect.objectContaining({
        problems: [{ path: 'port', received: '80', expected: 'a whole number from 0 to 65535' }],
      }),
    );
  });

  test.each([undefined, null, 'routes', 7])('%s instead of options is refused', (options) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining('expected an object of options')]);
  });

  test('problems form one message', () => {
    expect(() => resolveOptions({ port: 1e9, routesDir: './routes' })).toThrow(
      'The options have 1 problem:\n  - port: expected a whole number from 0 to 65535, received 1000000000',
    );
  });
});
