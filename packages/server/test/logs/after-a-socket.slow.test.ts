import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { startChild } from '../../../../tooling/test/child.ts';
import { temporaryFolder } from '../../../../tooling/test/folder.ts';

const program = fileURLToPath(new URL('after-a-socket.ts', import.meta.url));

// nodejs/node#51142: before Node 24, modules behind links were not found after that, and pnpm has links.
test('an app that has looked at a socket can still log', async () => {
  const socket = path.join(await temporaryFolder(), 'app.sock');
  // npx sets it, and everything would be found there.
  const env = { ...process.env, NODE_PATH: undefined };
  const child = startChild(process.execPath, [...FROM_SOURCE, program, socket], { env });
  expect(await child.ended, child.err).toBe(0);
  expect(child.out).toContain('loaded');
}, 60_000);
