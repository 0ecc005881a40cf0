import { setTimeout } from 'node:timers/promises';

/** @import { Begun, RequestOptions, Target } from './target.mjs' */

const upload = { method: 'POST', headers: { 'content-length': 500_000 }, hasContent: true };

/** Where a client is when it leaves. @type {Record<string, (target: Target, fresh: boolean) => Promise<Begun>>} */
const stages = {
  'at once': async (target, fresh) => target.begin('/download', { fresh }),
  'before the content': async (target, fresh) => {
    const begun = target.begin('/upload', { ...upload, fresh });
    await setTimeout(Math.random() * 10);
    return begun;
  },
  'in the upload': async (target, fresh) => {
    const begun = target.begin(Math.random() < 0.5 ? '/upload' : '/sink', { ...upload, fresh });
    begun.content.on('error', () => undefined);
    await new Promise((resolve) => begun.content.write(Buffer.alloc(200_000), resolve));
    return begun;
  },
  'before the answer': async (target, fresh) => {
    const begun = target.begin('/waits', { fresh });
    await setTimeout(Math.random() * 50);
    return begun;
  },
  'in the answer': async (target, fresh) => {
    const [path = ''] = ['/download', '/file', '/web'].sort(() => Math.random() - 0.5);
    const begun = target.begin(path, { fresh });
    await someOf(begun);
    return begun;
  },
  'in events': async (target, fresh) => {
    const begun = target.begin('/events', { fresh });
    await someOf(begun);
    await setTimeout(Math.random() * 100);
    return begun;
  },
};

/** @param {Begun} begun */
async function someOf({ head }) {
  const { status, content } = await head;
  if (status !== 200) throw new Error(`Expected 200, got ${status}`);
  content.on('error', () => undefined);
  await new Promise((resolve) => content.once('data', resolve).once('close', resolve));
  content.pause();
}

/** Clients that leave at every stage, by cancelling and by cutting the connection. */
export const departures = Object.fromEntries(
  Object.entries(stages).flatMap(([stage, begin]) => [
    [
      `leaves ${stage}`,
      async (/** @type {Target} */ target) => (await begin(target, Math.random() < 0.5)).cancel(),
    ],
    [`is cut off ${stage}`, async (/** @type {Target} */ target) => (await begin(target, true)).cut()],
  ]),
);
