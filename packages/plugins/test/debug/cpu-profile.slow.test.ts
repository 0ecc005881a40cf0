import { fork } from 'node:child_process';
import { once } from 'node:events';

import { expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { ask } from './serve.ts';

// In a process of its own: when the session that took a profile disconnects, V8 ends the coverage of the whole process. That of
// all test files that follow in it would be missing.
test(
  'profiles of the CPU have its samples, and end when the client leaves',
  { timeout: 120_000 },
  async () => {
    const child = fork(new URL('profiled.ts', import.meta.url), {
      execArgv: FROM_SOURCE,
    });
    try {
      const [url] = (await once(child, 'message')) as [string];
      const { status, text, headers } = await ask(url, 'POST', '/cpu-profile?seconds=0.2');
      expect(status).toBe(200);
      expect(headers['content-disposition']).toMatch(/^attachment; filename="\d+-.*\.cpuprofile"$/);
      const profile = JSON.parse(text) as { nodes: object[]; samples: number[] };
      expect(profile.nodes.length).toBeGreaterThan(0);
      expect(profile.samples.length).toBeGreaterThan(0);

      const abort = new AbortController();
      const left = ask(url, 'POST', '/cpu-profile?seconds=60', {}, abort.signal);
      const ended = expect(left).rejects.toThrow('aborted');
      const next = async (): Promise<number> => (await ask(url, 'POST', '/heap-profile?seconds=0.01')).status;
      await expect.poll(next).toBe(409);
      abort.abort();
      await ended;
      await expect.poll(next).toBe(200);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  },
);
