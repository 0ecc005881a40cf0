import { RouteSet } from '@blaizejs/router/internal';
import { expect, test } from 'vitest';

import { AppTable } from './app-table.ts';

const settings = {
  bodyLimit: 1,
  bodyReaders: undefined,
  services: {} as never,
  log: {} as never,
  validateResponses: 'error',
  earlyHints: false,
  watchNext: false,
} as const;

test('knows which routes may become a tunnel', () => {
  const routes = new RouteSet();
  routes.add('GET', '/plain', { handler: () => 'x' });
  routes.add('GET', '/rooms/:id', { tunnel: 'websocket', handler: () => 'x' });
  const table = new AppTable(routes, [], [], settings);
  expect(table.takesTunnel('GET', '/rooms/1?a=b', 'websocket')).toBe(true);
  expect(table.takesTunnel('GET', '/rooms/1', 'h2c')).toBe(false);
  expect(table.takesTunnel('POST', '/rooms/1', 'websocket')).toBe(false);
  expect(table.takesTunnel('GET', '/plain', 'websocket')).toBe(false);
  expect(table.takesTunnel('GET', '/nowhere', 'websocket')).toBe(false);
});

test('says why a target can not be read, and serves the asterisk for OPTIONS alone', () => {
  const table = new AppTable(new RouteSet(), [], [], settings);
  expect(table.find('GET', '/../etc').refusal).toMatchObject({ status: 400 });
  expect(table.find('GET', '*').refusal).toMatchObject({ status: 400 });
  expect(table.find('OPTIONS', '*').refusal).toBeUndefined();
  expect(table.find('GET', '/nowhere')).toBe(table.unrouted);
});
