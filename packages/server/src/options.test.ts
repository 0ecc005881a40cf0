import { ConfigurationError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { resolveOptions } from './options.ts';

function problemsOf(options: unknown): string[] {
  try {
    resolveOptions(options);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, message, suggestion }) => `${path}: ${message}. ${suggestion ?? ''}`);
  }
  return [];
}

describe('options', () => {
  test('have safe defaults', () => {
    expect(resolveOptions({ routesDir: './routes' })).toEqual({
      port: 3000,
      host: 'localhost',
      routesDir: './routes',
      http2: { enabled: true },
      router: { caseSensitive: true, ignoreTrailingSlash: false },
      middleware: [],
      plugins: [],
      bodyLimit: 1_048_576,
      shutdownTimeout: 10_000,
      handleSignals: true,
    });
  });

  test('take undefined for what is not set', () => {
    const options = {
      routesDir: './routes',
      port: undefined,
      http2: { keyFile: undefined, certFile: undefined },
    };
    expect(resolveOptions(options)).toMatchObject({ port: 3000, http2: { enabled: true } });
  });

  test('are all checked at once: where, what came, what was expected', () => {
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
      'port: -1 came. Expected: a whole number from 0 to 65535',
      'host: "" came. Expected: a host name or address',
      'routesDir: 5 came. Expected: the path of a folder, or false where routes are only added in code',
      'http2.enabled: "yes" came. Expected: true or false',
      'middleware[0]: an object came. Expected: a function (ctx, next) or what createMiddleware() gave',
      'plugins[0]: a function came. Expected: what createPlugin() gave, called with its options where it has no defaults',
      'bodyLimit: 0 came. Expected: a whole number above 0',
      'logger: a function came. Expected: false, or an object with debug, info, warn, error and child, such as a pino instance',
    ]);
  });

  test('that nobody knows are refused, with the name that was meant', () => {
    expect(problemsOf({ routeDir: './routes', http2: { certfile: 'x' }, unheardOf: 1 })).toEqual([
      'routesDir: it is missing. Expected: the path of a folder, or false where routes are only added in code',
      'http2.certfile: there is no such option. Did you mean `certFile`?',
      'routeDir: there is no such option. Did you mean `routesDir`?',
      expect.stringMatching(/^unheardOf: there is no such option. Options here: port, host, routesDir/),
    ]);
  });

  test('name a key without its certificate, and the other way round', () => {
    expect(problemsOf({ routesDir: 'x', http2: { keyFile: 'key.pem' } })).toEqual([
      'http2.certFile: it is missing. Expected: the certificate that goes with keyFile',
    ]);
    expect(problemsOf({ routesDir: 'x', http2: { certFile: 'cert.pem' } })).toEqual([
      'http2.keyFile: it is missing. Expected: the key that goes with certFile',
    ]);
  });

  test.each([undefined, null, 'routes', 7])('that are %s are told so', (options) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining('Expected: an object of options')]);
  });

  test('read well as one message', () => {
    expect(() => resolveOptions({ port: 1e9, routesDir: './routes' })).toThrow(
      "The server's options have 1 problem:\n" +
        '  - port: 1000000000 came. Expected: a whole number from 0 to 65535',
    );
  });
});
