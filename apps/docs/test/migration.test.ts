import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'blaizejs';
import { createClient, inject, type RequestOptions } from 'blaizejs/testing';
import { afterAll, expect, onTestFinished, test } from 'vitest';

import { placeOf, readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

// `POST /users {"name":"Ada"}      201 {"name":"Ada"}`: request, header or content, and at least two spaces to the answer.
const LINE =
  /^(?<method>[A-Z]+) (?<path>\S+)(?: (?<body>\{.*?)| (?<field>[\w-]+): (?<value>\S+))?  +(?<status>\d{3})(?: (?<text>.*))?$/;

const { files } = writeBlocks('migration', readPages(), ['js', 'ts']);
const fileOf = new Map([...files].map(([file, block]) => [block, file]));
const pairs = [...files]
  .filter(([, { marks }]) => marks.has('old'))
  .map(([file, old]) => ({ place: placeOf(old), file, made: old.next!, both: old.next!.next! }));

// In a process of their own: what Vitest does to resolve our sources is not what they expect.
const child = fork(
  new URL('serve-old-apps.mjs', import.meta.url),
  pairs.map(({ file }) => file),
  { execArgv: [] },
);
const exited = once(child, 'exit');
const urls = new Map<string, string>();
child.on('message', ({ file, url }: { file: string; url: string }) => {
  urls.set(file, url);
  child.emit(file);
});
afterAll(async () => {
  child.disconnect();
  await exited;
});

test.each(pairs)('the code at $place and its successor answer alike', async ({ file, made, both }) => {
  expect([made.marks.has('new'), both.marks.has('both')]).toEqual([true, true]);
  if (!urls.has(file)) await Promise.race([once(child, file), exited]);
  const client = createClient(urls.get(file)!, { protocol: 'http1' });
  const { server } = (await import(/* @vite-ignore */ fileOf.get(made)!)) as { server: Server };
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  for (const line of both.code.trim().split('\n')) {
    const { method = '', path = '', body, field, value = '', status, text } = LINE.exec(line)?.groups ?? {};
    expect(status, line).toBeDefined();
    const headers = {
      ...(field !== undefined && { [field]: value }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const options: RequestOptions = { method, headers, ...(body !== undefined && { body }) };
    for (const response of [await client.request(path, options), await inject(server, path, options)]) {
      const content = await response.text();
      expect(response.status, `${line}: ${content}`).toBe(Number(status));
      if (text !== undefined) expect(content).toBe(text);
    }
  }
});
