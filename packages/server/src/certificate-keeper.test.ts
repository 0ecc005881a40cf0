import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { shareTicketKeys } from '@blaizejs/ssl';
import type { CertificateExpiry, Logger } from '@blaizejs/types';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { CertificateKeeper } from './certificate-keeper.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let lines: string[];
let certificates: CertificateExpiry[];
let renewed: number;
let keeper: CertificateKeeper;
let reload: () => Promise<boolean>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  lines = [];
  renewed = 0;
  reload = () => Promise.resolve(false);
  const note =
    (level: string) =>
    (_fields: unknown, message = ''): void =>
      void lines.push(`${level}: ${message}`);
  const log = { info: note('info'), warn: note('warn'), error: note('error') } as unknown as Logger;
  keeper = new CertificateKeeper({
    log: () => log,
    certificates: () => certificates,
    reload: () => reload(),
    renewTicketKeys: () => (renewed += 1),
  });
});

afterEach(() => {
  keeper.stop();
  vi.useRealTimers();
});

const lasting = (days: number, left: number, names = ['example.org']): CertificateExpiry => ({
  names,
  notBefore: new Date(Date.now() - (days - left) * DAY),
  notAfter: new Date(Date.now() + left * DAY),
});

test('a certificate that expires within 14 days is named once a day', () => {
  certificates = [lasting(90, 15.5)];
  keeper.start([]);
  vi.advanceTimersByTime(DAY);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(DAY);
  expect(lines).toEqual([
    expect.stringMatching(/^warn: The certificate for example\.org expires in 13 days, on /),
  ]);
  vi.advanceTimersByTime(12 * HOUR);
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(2 * HOUR);
  expect(lines).toHaveLength(2);
  vi.advanceTimersByTime(13 * DAY);
  expect(lines.at(-1)).toMatch(/^error: The certificate for example\.org expired on /);
});

test('one that lives for six days only is named in its last two', () => {
  certificates = [lasting(6, 3)];
  keeper.start([]);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(DAY + HOUR);
  expect(lines).toEqual([expect.stringMatching(/^warn: .* expires in 1 days/)]);
});

test('ticket keys are replaced every 12 hours, except for shared ones', () => {
  certificates = [];
  keeper.start([]);
  vi.advanceTimersByTime(24 * HOUR);
  expect(renewed).toBe(2);
  onTestFinished(() => shareTicketKeys(undefined));
  shareTicketKeys(new Uint8Array(48));
  expect(renewed).toBe(3);
  vi.advanceTimersByTime(24 * HOUR);
  expect(renewed).toBe(3);
});

test('after stop(), nothing is done', () => {
  certificates = [lasting(90, 15)];
  keeper.start([]);
  keeper.stop();
  expect(vi.getTimerCount()).toBe(0);
  shareTicketKeys(undefined);
  expect(renewed).toBe(0);
});

test('names that a new certificate lacks are listed', async () => {
  const directory = await temporaryFolder();
  const file = path.join(directory, 'cert.pem');
  await writeFile(file, '1');
  certificates = [lasting(90, 60, ['a.example', 'b.example'])];
  const done = new Promise<void>((resolve) => {
    reload = () => {
      certificates = [lasting(90, 90, ['a.example'])];
      setImmediate(resolve);
      return Promise.resolve(true);
    };
  });
  keeper.start([file]);
  await done;
  expect(lines).toEqual([
    expect.stringMatching(/^info: Changed certificates are in use\. They expire on /),
    'warn: The new certificates lack names that the old ones had: b.example',
  ]);
  expect(keeper.reloads).toEqual({ succeeded: 1, failed: 0 });
});
