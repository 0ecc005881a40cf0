import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { RedisProcess } from '../../../../tooling/redis/redis-process.ts';
import type { Answer } from './children/share-sessions.ts';

const PROCESSES = 4;
// Each process starts the compiler.
const PATIENCE_MS = 90_000;

const server = new RedisProcess();
const children: ChildProcess[] = [];
beforeAll(async () => {
  await server.start();
  while (children.length < PROCESSES) {
    const started = [start(), start()];
    children.push(...started);
    await Promise.all(started.map((child) => once(child, 'message')));
  }
}, PATIENCE_MS);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server[Symbol.asyncDispose]();
});

function start(): ChildProcess {
  return fork(new URL('children/share-sessions.ts', import.meta.url), [server.path], {
    execArgv: FROM_SOURCE,
  });
}

async function ask(index: number, cookie: string, ...paths: string[]): Promise<Answer[]> {
  const child = children[index] as ChildProcess;
  const answer = once(child, 'message');
  child.send({ cookie, paths });
  const [answers] = (await answer) as [Answer[]];
  return answers;
}

async function signIn(): Promise<string> {
  const [answer] = await ask(0, '', '/sign-in');
  return answer?.[2] ?? '';
}

test('what four processes write to one session at the same moment all survives', async () => {
  const cookie = await signIn();
  // One key at a time in each process, so that nothing is merged before it gets to Redis.
  const write = async (index: number): Promise<void> => {
    for (let key = 0; key < 25; key++) {
      const [[status] = []] = await ask(index, cookie, `/set?key=p${index}k${key}`);
      expect(status).toBe(200);
    }
  };
  await Promise.all(children.map((_child, index) => write(index)));
  const paths = Array.from({ length: 100 }, (_, each) => `/get?key=p${Math.floor(each / 25)}k${each % 25}`);
  const answers = await ask(1, cookie, ...paths, '/get?key=user');
  expect(answers.map(([, text]) => text)).toEqual([...paths.map(() => '1'), '"ada"']);
});

test('and so does what each writes many times at once', async () => {
  const cookie = await signIn();
  const written = await Promise.all(
    children.map((_child, index) =>
      ask(index, cookie, ...Array.from({ length: 100 }, (_, key) => `/set?key=p${index}k${key}`)),
    ),
  );
  expect(new Set(written.flat().map(([status]) => status))).toEqual(new Set([200]));
  const paths = Array.from({ length: 400 }, (_, each) => `/get?key=p${Math.floor(each / 100)}k${each % 100}`);
  expect(new Set((await ask(2, cookie, ...paths)).map(([, text]) => text))).toEqual(new Set(['1']));
});

test('who signs out in one process is out in all, whatever others write or do at that moment', async () => {
  for (let round = 0; round < 20; round++) {
    const cookie = await signIn();
    const paths = Array.from({ length: 10 }, (_, key) => `/set?key=k${key}`);
    const [, , renewed] = await Promise.all([
      ask(0, cookie, ...paths),
      ask(1, cookie, ...paths, '/sign-out'),
      // A new id at the same moment does not save it.
      ask(2, cookie, '/sign-in'),
      ask(3, cookie, ...paths),
    ]);
    const [, , other = ''] = renewed[0] ?? [];
    const users = await Promise.all(
      children.map((_child, index) => ask(index, cookie, '/get?key=user', '/get?key=k1')),
    );
    expect(users.flat().map(([, text]) => text)).toEqual(Array.from({ length: 8 }, () => 'null'));
    // Who has signed in after that has another session, without what was there before.
    const [[, data] = [0, '']] = other === '' ? [[0, 'null'] as const] : await ask(3, other, '/get?key=k1');
    expect(data).toBe('null');
  }
  // Nothing but the marks of what has ended is left.
  const client = new Redis({ path: server.path });
  const keys = (await client.keys('test:v:session:*')).filter((key) => !/:(?:alive|next|out)$/.test(key));
  const lasting = await Promise.all(keys.map((key) => client.pttl(key)));
  client.disconnect();
  expect(lasting.every((ttl) => ttl > 0)).toBe(true);
});
