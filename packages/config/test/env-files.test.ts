import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, truncate } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { type Folder, makeFolder } from '../../../tooling/test/folder.ts';
import { withEnvFiles } from '../src/env-files.ts';
import { env } from '../src/index.ts';
import { thrownBy } from './failures.ts';

const schema = z.object({ A: z.string() });
const options = (folder: Folder) => ({ dir: folder.path, variables: {} });

test.each([
  ['a byte order mark', '\uFEFFA=1', '1'],
  ['Windows lines', '\r\nA=1\r\n', '1'],
  ['export and a comment', '  export A = 1 # one', '1'],
  ['no line end', 'B=2\nA=1', '1'],
  ['a value of several lines', 'K="\nA=2\n"\nA=1', '1'],
  ['one in single quotes', "A='a\nA=b'", 'a\nA=b'],
  ['a name that only prototypes have', '__proto__=x\nA=1\nconstructor=2', '1'],
])('%s', async (_, text, value) => {
  await using folder = await makeFolder({ '.env': text });
  expect(env(schema, options(folder)).A).toBe(value);
  expect(Reflect.get({}, 'x')).toBeUndefined();
});

test.each<[string, string | Uint8Array, string]>([
  ['a line without =', 'A=1\nhunter2\n', '  - .env:2: this line is not NAME=value'],
  ['a name set twice', 'A=1\nB=1\nA=hunter2', '  - A (.env:3): it is already set on line 1'],
  ['invalid UTF-8', new Uint8Array([65, 61, 0xff, 0xfe]), '  - .env: it is not UTF-8'],
  ['UTF-16', Buffer.from('\uFEFFA=1', 'utf16le'), '  - .env: it is not UTF-8'],
  ['a NUL character', 'B=1\nA=x\0y', '  - .env: line 2 contains a NUL character'],
  ['another mode', 'A=1\nNODE_ENV=production', '  - NODE_ENV (.env:2): it chooses which files are read'],
])('%s is a problem', async (_, content, problem) => {
  await using folder = await makeFolder({ '.env': content });
  const { message } = thrownBy(() => env(schema, options(folder)));
  expect(message).toContain(problem);
  expect(message).not.toContain('hunter2');
});

test('a folder, a pipe and a huge file are refused, and none of them hangs', async () => {
  await using folder = await makeFolder({ '.env.development': '' });
  await mkdir(folder.file('.env'));
  await truncate(folder.file('.env.development'), 2 ** 40);
  await promisify(execFile)('mkfifo', [folder.file('.env.local')]);
  await symlink('/dev/zero', folder.file('.env.development.local'));
  expect(thrownBy(() => env(schema, options(folder))).message).toBe(
    [
      'The environment has 5 problems:',
      '  - .env: it is not a file',
      '  - .env.development: it is larger than 1048576 bytes',
      '  - .env.local: it is not a file',
      '  - .env.development.local: it is not a file',
      '  - A: it is not set. Invalid input: expected string, received undefined',
    ].join('\n'),
  );
});

test('links are followed, as mounted secrets are links', async () => {
  await using folder = await makeFolder({ 'data/env': 'A=1' });
  await symlink('data/env', folder.file('.env'));
  expect(env(schema, options(folder)).A).toBe('1');
});

test('a file that may not be read is a problem', async () => {
  await using folder = await makeFolder({ '.env': 'A=1' });
  await chmod(folder.path, 0o755);
  await chmod(folder.file('.env'), 0);
  // Root may read anything.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect(() => env(schema, options(folder))).toThrow('.env: it cannot be read: EACCES');
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test('a mode leads nowhere else', async () => {
  await using folder = await makeFolder({ '.env': 'A=1', 'app/.env': 'A=2' });
  const variables = { NODE_ENV: '/../../.env' };
  expect(() => env(schema, { dir: folder.file('app'), variables })).toThrow(
    'NODE_ENV (the environment): expected a name of letters, digits, - and _',
  );
});

test('what a command has read from files is no variable of the process', async () => {
  await using folder = await makeFolder({ '.env': 'A=1\nB=1' });
  const both = z.object({ A: z.string(), B: z.string() });
  const started = withEnvFiles({ B: '2' }, { dir: folder.path });
  expect(started).toMatchObject({ A: '1', B: '2' });
  await folder.write({ '.env.local': 'A=3\nB=3' });
  expect(env(both, { dir: folder.path, variables: started })).toStrictEqual({ A: '3', B: '2' });
  expect(withEnvFiles(started, { dir: folder.path })).toMatchObject({ A: '3', B: '2' });
});
