import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { writeHash } from './phc.ts';
import { hashPassword, needsRehash, verifyPassword } from './password.ts';

const CHEAP = { ln: 10, r: 8, p: 1 };

test('a hash is a PHC string with a cost that OWASP recommends, and another one each time', async () => {
  const [one, other] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
  expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await verifyPassword('secret', one)).toBe(true);
});

test('only the right password fits', async () => {
  const hash = await hashPassword('pässwörd', CHEAP);
  expect(await verifyPassword('pässwörd', hash)).toBe(true);
  expect(await verifyPassword('pässwörd'.normalize('NFD'), hash)).toBe(true);
  for (const wrong of ['', 'passwörd', 'pässwörd ', 'pässwörd\0x', 'PÄSSWÖRD']) {
    expect(await verifyPassword(wrong, hash)).toBe(false);
  }
  expect(await verifyPassword('pässwörd', undefined)).toBe(false);
});

test('the hash of RFC 7914 (section 12) fits, so those of other libraries do', async () => {
  const bytes = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162';
  const [salt, key] = [Buffer.from('NaCl'), Buffer.from(bytes, 'hex')];
  const hash = writeHash({ ln: 10, r: 8, p: 16, salt, key });
  expect(await verifyPassword('password', hash)).toBe(true);
  expect(await verifyPassword('Password', hash)).toBe(false);
});

test.each([
  '',
  'secret',
  '$2b$12$abcdefghijklmnopqrstuv',
  '$scrypt$ln=15,r=8,p=3$$',
  '$scrypt$ln=0,r=8,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
  '$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
  '$scrypt$ln=20,r=32,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ',
  `$scrypt$ln=15,r=8,p=3$${'a'.repeat(100_000)}$b`,
])('what is no hash is an error that does not show it: %#', async (stored) => {
  const error: unknown = await verifyPassword('x', stored).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_BLAIZE_AUTH_PASSWORD_HASH' });
  if (stored !== '') expect((error as Error).message).not.toContain(stored);
});

test('a cost is checked', async () => {
  await expect(hashPassword('x', { ln: 21 })).rejects.toThrow('ln: expected a whole number from 1 to 20');
  await expect(hashPassword('x', { ln: 20, r: 32 })).rejects.toThrow('at most 1 GiB');
  // @ts-expect-error -- the name of an option
  await expect(hashPassword('x', { N: 1024 })).rejects.toThrow('one of the options ln, r, p');
});

test('an old cost shows', async () => {
  const hash = await hashPassword('x', CHEAP);
  expect(needsRehash(hash)).toBe(true);
  expect(needsRehash(hash, CHEAP)).toBe(false);
});

test('a flood of checks waits in a queue that is bounded, and the event loop goes on', async () => {
  const hash = await hashPassword('x', { ln: 12, r: 8, p: 1 });
  let turns = 0;
  const flooded = { over: false };
  const flood = Promise.allSettled(Array.from({ length: 200 }, () => verifyPassword('x', hash)));
  void flood.then(() => (flooded.over = true));
  while (!flooded.over) {
    await setImmediate();
    turns += 1;
  }
  const results = await flood;
  const refused = results.filter((each) => each.status === 'rejected');
  // Two are checked, 64 wait.
  expect(refused).toHaveLength(200 - 66);
  expect(refused[0]?.reason).toMatchObject({
    status: 503,
    code: 'ERR_BLAIZE_AUTH_BUSY',
    headers: { 'retry-after': '5' },
  });
  expect(turns).toBeGreaterThan(10);
  expect(await verifyPassword('x', hash)).toBe(true);
});

test('who has left does not wait any more', async () => {
  const hash = await hashPassword('x', { ln: 12, r: 8, p: 1 });
  const running = [verifyPassword('x', hash), verifyPassword('x', hash)];
  const leaving = new AbortController();
  const left = verifyPassword('x', hash, { signal: leaving.signal });
  const staying = verifyPassword('x', hash);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(await Promise.all([...running, staying])).toEqual([true, true, true]);
  await expect(verifyPassword('x', hash, { signal: leaving.signal })).rejects.toThrow('gone');
});

test.each([undefined, null, 7, ['hunter2']])(
  '%j is no password, and the message does not repeat it',
  async (given) => {
    for (const run of [() => hashPassword(given as never), () => verifyPassword(given as never, undefined)]) {
      const error = await run().catch((thrown: unknown) => thrown as Error);
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(
        /^A password must be a string, not (?:undefined|null|a value of type \w+)\. /,
      );
    }
  },
);
