import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { createServer } from '@blaizejs/server';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { configPlugin, loadConfig } from '../src/index.ts';

const schema = z.object({
  port: z.number().default(0),
  log: z.object({ level: z.string() }),
  tls: z.object({ key: z.string(), cert: z.string() }),
});

async function certificate(name: string): Promise<{ key: string; cert: string }> {
  await using folder = await makeFolder();
  const [key, cert] = [folder.file('key'), folder.file('cert')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  await promisify(execFile)('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}

/** A logger with a level, as pino is one, which keeps its messages. */
class Recorder {
  level = 'debug';
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;

  /** Resolves when a message has this text. */
  async says(text: string): Promise<void> {
    while (!this.#lines.some((line) => line.includes(text)))
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#lines.length = 0;
  }

  debug = (first: object | string, message?: string): void => {
    this.#lines.push(typeof first === 'string' ? first : (message ?? ''));
    this.#wake();
  };

  info = this.debug;
  warn = this.debug;
  error = this.debug;

  child(): this {
    return this;
  }
}

/** The name in the certificate that a server shows. */
async function nameOf(port: number): Promise<unknown> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

test('a signal reloads the log level and the certificate, and a bad certificate changes nothing', async () => {
  const [one, two] = [await certificate('one.test'), await certificate('two.test')];
  await using folder = await makeFolder({ 'key.pem': one.key, 'cert.pem': one.cert, 'routes/.keep': '' });
  const settings = (level: string, port = 0): Promise<void> =>
    folder.write({
      'config/default.json': JSON.stringify({
        port,
        log: { level },
        tls: { key: folder.file('key.pem'), cert: folder.file('cert.pem') },
      }),
    });
  await settings('info');
  const log = new Recorder();
  using config = await loadConfig({ schema, dir: folder.path, variables: {} });
  const files = ({ tls }: typeof config.values) => ({ keyFile: tls.key, certFile: tls.cert });
  await using server = createServer({
    routesDir: folder.file('routes'),
    host: '127.0.0.1',
    port: config.values.port,
    tls: files(config.values),
    logger: log,
    plugins: [
      configPlugin(config, {
        logLevel: { paths: 'log.level', read: (values) => values.log.level },
        tls: { paths: 'tls', read: files },
        signal: 'SIGHUP',
      }),
    ],
  });
  server.router.addRoute('GET', '/', { handler: (ctx) => ctx.services.config.values.log.level });
  await server.listen();
  expect(log.level).toBe('info');
  expect(await nameOf(server.port)).toBe('one.test');

  await folder.write({ 'key.pem': two.key, 'cert.pem': two.cert });
  await settings('warn', 3000);
  process.kill(process.pid, 'SIGHUP');
  await log.says('RESTART NEEDED: nothing applies a change of port.');
  await expect.poll(() => nameOf(server.port)).toBe('two.test');
  expect(log.level).toBe('warn');

  // The name of the file stays, its content is wrong: everything stays as it is.
  await folder.write({ 'cert.pem': 'nonsense' });
  process.kill(process.pid, 'SIGHUP');
  await log.says('The certificates were not replaced');
  expect(await nameOf(server.port)).toBe('two.test');

  await folder.write({ 'config/default.json': '{' });
  process.kill(process.pid, 'SIGHUP');
  await log.says('config/default.json:1: expected a key in double quotes');
  expect([log.level, await nameOf(server.port)]).toStrictEqual(['warn', 'two.test']);

  await server.close();
  expect(process.listenerCount('SIGHUP')).toBe(0);
});

test('a bad certificate in a new place refuses the whole reload', async () => {
  const one = await certificate('one.test');
  await using folder = await makeFolder({
    'key.pem': one.key,
    'cert.pem': one.cert,
    'bad.pem': 'x',
    'routes/.keep': '',
  });
  const settings = (level: string, cert: string): Promise<void> =>
    folder.write({
      'config/default.json': JSON.stringify({
        log: { level },
        tls: { key: folder.file('key.pem'), cert: folder.file(cert) },
      }),
    });
  await settings('info', 'cert.pem');
  const log = new Recorder();
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  using config = await loadConfig({ schema, dir: folder.path, variables: {}, logger: quiet });
  const files = ({ tls }: typeof config.values) => ({ keyFile: tls.key, certFile: tls.cert });
  const plugin = configPlugin(config, {
    logLevel: { paths: 'log', read: (values) => values.log.level },
    tls: { paths: 'tls', read: files },
  });
  await using server = createServer({
    routesDir: folder.file('routes'),
    host: '127.0.0.1',
    port: 0,
    tls: files(config.values),
    logger: log,
    plugins: [plugin],
  });
  await server.listen();
  await settings('warn', 'bad.pem');
  await expect(config.reload()).rejects.toMatchObject({ code: 'ERR_BLAIZE_CERTIFICATE' });
  expect([log.level, config.values.log.level, await nameOf(server.port)]).toStrictEqual([
    'info',
    'info',
    'one.test',
  ]);
});

test('options are checked', async () => {
  const config = await loadConfig({ schema: z.object({}), files: [], variables: {} });
  expect(() => configPlugin(config, { lgoLevel: 1 } as object)).toThrow('Did you mean `logLevel`?');
  expect(() => configPlugin({} as typeof config)).toThrow('what loadConfig() returned');
});
