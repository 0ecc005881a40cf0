import { expect, test } from 'vitest';

import { BlaizeError } from './blaize-error.ts';
import {
  CertificateError,
  PluginError,
  RouteConflictError,
  RouteLoadError,
  ServerStateError,
} from './setup-errors.ts';

const cause = new Error('the disk is full');

test.each<[error: BlaizeError, name: string, code: string]>([
  [new ServerStateError('closed'), 'ServerStateError', 'ERR_BLAIZE_SERVER_STATE'],
  [new CertificateError('expired', 'cert.pem', { cause }), 'CertificateError', 'ERR_BLAIZE_CERTIFICATE'],
  [new PluginError('db', 'failed', { cause }), 'PluginError', 'ERR_BLAIZE_PLUGIN'],
  [new RouteConflictError('twice'), 'RouteConflictError', 'ERR_BLAIZE_ROUTE_CONFLICT'],
  [new RouteLoadError('a.ts', 'broken', { cause }), 'RouteLoadError', 'ERR_BLAIZE_ROUTE_LOAD'],
])('%s has its name and a stable code', (error, name, code) => {
  expect(error).toBeInstanceOf(BlaizeError);
  expect(error).toMatchObject({ name, code });
  expect(String(error)).toMatch(new RegExp(`^${name}: `));
});

test('says what is at fault, and keeps the cause', () => {
  expect(new CertificateError('expired', 'cert.pem', { cause })).toMatchObject({ file: 'cert.pem', cause });
  expect(new RouteLoadError('a.ts', 'broken', { cause })).toMatchObject({ file: 'a.ts', cause });
  expect(new PluginError('db', 'failed.', { cause })).toMatchObject({
    plugin: 'db',
    message: 'Plugin "db" failed.',
    cause,
  });
});
