import { consulRegistration, consulTargets, createService } from '@blaizejs/plugins/discovery';
import { health } from '@blaizejs/plugins/health';
import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { lines } from '../lines.ts';
import { startConsul } from './stand-ins.ts';

const here = { name: 'orders', address: '127.0.0.1' };

test('a server is registered once it listens, found by others, and gone before it stops serving', async () => {
  const consul = await startConsul();
  const { url } = consul;
  const app = await startTestServer({
    tls: false,
    drainDelay: 300,
    plugins: [health(), consulRegistration({ ...here, url, token: 'secret', tags: ['v2'] })],
  });
  app.server.router.addRoute('GET', '/hello', { handler: () => 'hello' });
  const id = `orders-127.0.0.1-${app.server.port}`;
  await expect.poll(() => [...consul.services.keys()]).toEqual([id]);
  expect(consul.services.get(id)).toMatchObject({
    Name: 'orders',
    Port: app.server.port,
    Tags: ['v2'],
    Check: { HTTP: `http://127.0.0.1:${app.server.port}/ready`, Interval: '10000ms', TLSSkipVerify: false },
  });

  const orders = createService(consulTargets({ url, name: 'orders', token: 'secret' }), { refresh: 1 });
  expect(await (await orders.fetch('/hello')).text()).toBe('hello');

  const closed = app.server.close();
  await expect.poll(() => consul.services.size).toBe(0);
  // Those that have not noticed yet are still served.
  expect((await app.http1.request('/hello')).status).toBe(200);
  await closed;
  await app.close();
  expect(new Set(consul.requests.map(({ token }) => token))).toEqual(new Set(['secret']));
});

test('a server whose agent is away starts and serves; it is registered later', async () => {
  const consul = await startConsul();
  consul.answerWith(500);
  const { logger, written } = lines();
  await using app = await startTestServer({
    logger,
    plugins: [consulRegistration({ ...here, url: consul.url })],
  });
  const told = (): unknown[] => written.filter(({ message }) => message?.includes('Consul'));
  await expect.poll(told).toMatchObject([
    {
      level: 'error',
      message: 'The server is not registered with Consul',
      err: { code: 'ERR_BLAIZE_DISCOVERY' },
    },
  ]);
  consul.answerWith(200);
  await expect.poll(() => consul.services.size).toBe(1);
  await expect.poll(told).toMatchObject([{}, { level: 'info', message: 'Registered with Consul' }]);
  expect([...consul.services.values()][0]?.Check).toMatchObject({
    HTTP: `https://127.0.0.1:${app.server.port}/ready`,
    TLSSkipVerify: true,
  });
});

test('an agent that cannot be asked is named, its answer is checked', async () => {
  const signal = AbortSignal.timeout(5000);
  const gone = consulTargets({ url: 'http://127.0.0.1:1', name: 'orders' });
  await expect(gone.load(signal)).rejects.toThrow("Consul at http://127.0.0.1:1/ can't be asked: ");
  const consul = await startConsul();
  consul.services.set('x', { ID: 'x', Name: 'orders', Address: '', Port: 80, Check: {} });
  const source = consulTargets({ url: consul.url, name: 'orders', tag: 'v 2', datacenter: 'dc1' });
  expect(await source.load(signal)).toEqual([{ host: '127.0.0.1', port: 80, weight: 1 }]);
  expect(consul.requests.at(-1)?.line).toBe('GET /v1/health/service/orders?passing=true&tag=v+2&dc=dc1');
  consul.services.set('x', { ID: 'x', Name: 'orders', Address: 'a', Port: 0, Check: {} });
  await expect(source.load(signal)).rejects.toThrow('The answer is not one of Consul.');
  consul.answerWith(500);
  await expect(source.load(signal)).rejects.toThrow('Consul answered 500 to GET v1/health/service/orders');
});

test('wrong options are refused, and secrets are in no message', () => {
  const wrong = (options: object) => () => consulRegistration(options as typeof here);
  expect(wrong({ name: 'orders' })).toThrow('address');
  expect(wrong({ ...here, name: 'a/b' })).toThrow('the name of a service');
  expect(wrong({ ...here, url: 'http://me:pass@consul' })).toThrow(/^(?!.*pass@)/s);
  expect(wrong({ ...here, token: 'a b' })).toThrow(/^(?!.*a b)/s);
  expect(wrong({ ...here, path: 'ready' })).toThrow('a path that starts with /');
  expect(wrong({ ...here, addres: 'x' })).toThrow('Did you mean `address`?');
  expect(() => consulTargets({ name: '../kv' })).toThrow('the name of a service');
});
