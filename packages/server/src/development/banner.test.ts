import { stripVTControlCharacters } from 'node:util';

import { expect, test } from 'vitest';

import type { StartReport } from '../start-report.ts';
import { banner } from './banner.ts';

const report: StartReport = {
  name: 'BlaizeJS',
  version: '1.2.3',
  urls: { local: ['https://localhost:3000'], network: [] },
  protocols: ['HTTP/2', 'HTTP/1.1'],
  routes: 12,
  milliseconds: 42,
  reload: true,
};

test('shows the version, the URLs and the duration of the start', () => {
  expect(banner(report, false)).toBe(`
  BlaizeJS 1.2.3  ready in 42 ms

  Local      https://localhost:3000
  Network    this machine only
  Protocols  HTTP/2, HTTP/1.1
  Routes     12
  Reload     on

`);
});

test('shows the network address if others can reach the server', () => {
  const text = banner(
    { ...report, urls: { local: [], network: ['http://192.0.2.1:80'] }, reload: false },
    false,
  );
  expect(text).toContain('Network    http://192.0.2.1:80\n');
  expect(text).not.toContain('this machine only');
  expect(text).toContain('Reload     off\n');
});

test('colors change nothing else', () => {
  expect(banner(report, true)).not.toBe(banner(report, false));
  expect(stripVTControlCharacters(banner(report, true))).toBe(banner(report, false));
});
