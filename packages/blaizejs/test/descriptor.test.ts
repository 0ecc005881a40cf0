import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { expect, test } from 'vitest';

import { run } from './helpers/child.ts';
import { folder } from './helpers/folder.ts';

test('a server takes a descriptor that somebody else has bound, as systemd hands it over', async () => {
  await using cwd = await folder();
  const bound = createServer().listen(0, '127.0.0.1');
  await once(bound, 'listening');
  const { port } = bound.address() as AddressInfo;
  const { fd } = (bound as unknown as { _handle: { fd: number } })._handle;
  await using child = run('inherits.ts', { cwd: cwd.path, descriptor: fd });
  await child.says('ready');
  // From now on only the child accepts.
  bound.close();
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('over a descriptor');
  child.process.send('stop');
  expect(await child.exit).toBe(0);
});
