import { expect, test } from 'vitest';
import { z } from 'zod';

import { etcdSource } from '../src/etcd.ts';
import { loadConfig } from '../src/index.ts';
import { EtcdServer } from './etcd-server.ts';
import { rejection } from './failures.ts';

const schema = z.object({
  db: z.object({ url: z.string(), poolSize: z.number().default(1) }),
  flags: z.record(z.string(), z.boolean()).default({}),
  hosts: z.array(z.string()).optional(),
});

const lines: string[] = [];
const write = (message: string): void => void lines.push(message);
const logger = { info: write, warn: write, error: write };

function load(source: ReturnType<typeof etcdSource>) {
  return loadConfig({ schema, files: [], variables: {}, logger, sources: [source] });
}

test('keys under a prefix are read, watched, and kept while etcd is away', async () => {
  await using etcd = await EtcdServer.start();
  await etcd.put('/app/db/url', 'a');
  await etcd.put('/app/db/POOL_SIZE', '5');
  await etcd.put('/app/hosts', 'x, y');
  await etcd.put('/app2/db/url', 'other');
  using config = await load(etcdSource(etcd.url, { prefix: '/app/' }));
  expect(config.values).toStrictEqual({ db: { url: 'a', poolSize: 5 }, flags: {}, hosts: ['x', 'y'] });
  expect(config.explain()[0]).toStrictEqual({
    path: 'db.poolSize',
    value: 5,
    from: 'etcd /app/db/POOL_SIZE',
    overrides: [],
  });

  // Changed and created, deleted, and again after a restart.
  const url = (): string => config.values.db.url;
  config.onChange('db', () => undefined);
  await etcd.put('/app/db/url', 'b');
  await expect.poll(url).toBe('b');
  await etcd.put('/app/flags/new', 'true');
  await expect.poll(() => config.values.flags).toStrictEqual({ new: true });
  await etcd.delete('/app/db/POOL_SIZE');
  await expect.poll(() => config.values.db.poolSize).toBe(1);

  await etcd.stop();
  await expect.poll(() => lines.join('\n')).toMatch(/^etcd http:\/\/127\.0\.0\.1:\d+\/ is away: .+/m);
  await config.reload();
  expect(url()).toBe('b');
  expect(lines.join('\n')).toMatch(/is away, so its last values stay: the request failed: ECONNREFUSED/);

  await etcd.start();
  await etcd.put('/app/db/url', 'c');
  await expect.poll(url).toBe('c');

  // A value that the schema refuses changes nothing, and the next one is heard.
  await etcd.put('/app/flags/new', 'perhaps');
  await expect
    .poll(() => lines.join('\n'))
    .toContain('flags.new (etcd /app/flags/new): Invalid input: expected boolean');
  expect(config.values.flags).toStrictEqual({ new: true });
  await etcd.put('/app/flags/new', 'false');
  await expect.poll(() => config.values.flags).toStrictEqual({ new: false });
});

test('what happened before the watch began is not missed, even if etcd has forgotten it', async () => {
  await using etcd = await EtcdServer.start();
  await etcd.put('/app/db/url', 'a');
  const source = etcdSource(etcd.url, { prefix: '/app/' });
  const { watch, load: read } = { watch: source.watch?.bind(source), load: source.load.bind(source) };
  let first = true;
  using config = await load({
    name: source.name,
    async load(signal) {
      const values = await read(signal);
      if (first) {
        first = false;
        await etcd.put('/app/db/url', 'b');
        const { header } = (await etcd.post('/v3/kv/put', { key: 'eA==', value: '' })) as {
          header: { revision: string };
        };
        await etcd.post('/v3/kv/compaction', { revision: header.revision, physical: true });
      }
      return values;
    },
    watch: (watcher) => watch?.(watcher) ?? Promise.resolve(),
  });
  await expect.poll(() => config.values.db.url).toBe('b');
});

test('passwords are used, and in no message', async () => {
  await using etcd = await EtcdServer.start();
  await etcd.put('/app/db/url', 'a');
  await etcd.post('/v3/auth/user/add', { name: 'root', password: 'hunter2' });
  await etcd.post('/v3/auth/role/add', { name: 'root' });
  await etcd.post('/v3/auth/user/grant', { user: 'root', role: 'root' });
  await etcd.post('/v3/auth/enable', {});
  using config = await load(etcdSource(etcd.url, { prefix: '/app', username: 'root', password: 'hunter2' }));
  expect(config.values.db.url).toBe('a');
  const { token } = (await etcd.post('/v3/auth/authenticate', { name: 'root', password: 'hunter2' })) as {
    token: string;
  };
  await etcd.post('/v3/kv/put', { key: btoa('/app/db/url'), value: btoa('b') }, token);
  await expect.poll(() => config.values.db.url).toBe('b');
  for (const options of [{}, { username: 'root', password: 'hunter3' }]) {
    const error = await rejection(load(etcdSource(etcd.url, { prefix: '/app/', ...options })));
    expect(error.message).toMatch(
      /^The configuration has 1 problem:\n {2}- etcd http:\S+: the answer has status 40\d$/,
    );
  }
  // A token that the server does not know any more, as after a restart.
  await etcd.stop();
  await etcd.start();
  await expect(config.reload()).resolves.toStrictEqual({ changed: [], needRestart: [] });
  expect(lines.join('\n')).not.toContain('hunter');
});

test('another server is asked if the first one is away', async () => {
  await using etcd = await EtcdServer.start();
  await etcd.put('/app/db/url', 'a');
  using config = await load(etcdSource(['http://127.0.0.1:9', etcd.url], { prefix: '/app/' }));
  expect(config.values.db.url).toBe('a');
});

test('hostile keys and values are problems', async () => {
  await using etcd = await EtcdServer.start();
  await etcd.put('/app/__proto__/polluted', '1');
  const load2 = () => rejection(load(etcdSource(etcd.url, { prefix: '/app/', maxSize: 100_000 })));
  expect((await load2()).message).toContain(
    '__proto__ (etcd /app/__proto__/polluted): this key is not allowed',
  );
  await etcd.delete('/app/__proto__/polluted');
  await etcd.put('/app/db', new Uint8Array([0xff]));
  expect((await load2()).message).toContain('/app/db: it is not UTF-8');
  await etcd.put('/app/db', 'x'.repeat(100_000));
  expect((await load2()).message).toContain('the answer is larger than 100000 bytes');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('options are checked, and a password is not shown', () => {
  expect(() => etcdSource('http://me:hunter2@db', { prefix: '/', password: '' })).toThrow(
    'The options of etcdSource() have 2 problems:\n' +
      '  - urls[0]: expected a URL without a name and a password in it, received nothing\n' +
      '  - password: expected a text, received nothing',
  );
  expect(() => etcdSource([], { prefix: '/', prefx: 1 } as never)).toThrow('Did you mean `prefix`?');
});
