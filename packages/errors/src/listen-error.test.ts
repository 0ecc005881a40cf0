import { expect, test } from 'vitest';

import { ListenError } from './listen-error.ts';

test.each([
  ['EADDRINUSE', 'Port 80 of localhost is already in use.'],
  ['EACCES', 'This process may not listen on port 80 of localhost (EACCES).'],
  ['EADDRNOTAVAIL', 'Cannot listen on localhost: this machine has no such address.'],
  ['ENOTFOUND', 'Cannot listen on localhost: the name does not resolve to an address (ENOTFOUND).'],
  ['EIO', 'Cannot listen on port 80 of localhost: the system said so.'],
])('explains %s, and has no stack trace', (code, message) => {
  const error = new ListenError(Object.assign(new Error('the system said so'), { code }), 'localhost', 80);
  expect(error).toMatchObject({ name: 'ListenError', code, host: 'localhost', port: 80 });
  expect(error.message.startsWith(message)).toBe(true);
  expect(error.stack).toBe(`ListenError: ${error.message}`);
});

test('a cause without a code is EUNKNOWN', () => {
  expect(new ListenError(new Error('odd'), '::1', 0).code).toBe('EUNKNOWN');
});
