import { expect, it, vi } from 'vitest';

import { environment, run, start } from './commands.mjs';

const place = { cwd: import.meta.dirname, env: process.env };
const node = (/** @type {string} */ code, options = {}) =>
  run(process.execPath, ['--eval', code], { ...place, ...options });

it('returns the output of a program', async () => {
  expect(await node('console.log(1); console.error(2)')).toBe('1\n');
});

it('reports how a program failed, after its whole output', async () => {
  const failed = node('console.log("out"); console.error("err"); process.exitCode = 3');
  await expect(failed).rejects.toThrow(/out\n[^]*ended with exit code 3$/);
  await expect(failed).rejects.toThrow('err\n');
});

it('fails for a missing program', async () => {
  await expect(run('no-such-program', [], place)).rejects.toThrow('ENOENT');
});

it('ends a program that takes too long', async () => {
  await expect(node('setInterval(() => {}, 1000)', { seconds: 0.5 })).rejects.toThrow(
    'took longer than 0.5 s',
  );
});

it('waits for output, but not longer than the program runs', async () => {
  const program = start(
    process.execPath,
    ['--eval', 'console.log("port 42"); setInterval(() => {}, 1000)'],
    place,
  );
  try {
    expect((await program.says(/port (\d+)/))[1]).toBe('42');
  } finally {
    await program.stop();
  }
  await expect(program.says(/never/)).rejects.toThrow('ended without saying /never/');
});

it("keeps a developer's own settings out", () => {
  vi.stubEnv('NODE_ENV', 'production');
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/');
  try {
    const env = environment({ folder: '/rehearsal', registry: 'http://127.0.0.1:2/' });
    expect(env['NODE_ENV']).toBeUndefined();
    expect(env['npm_config_registry']).toBe('http://127.0.0.1:2/');
    expect(env['npm_config_userconfig']).toBe('/rehearsal/npmrc');
    expect(env['PATH']).toBe(process.env['PATH']);
  } finally {
    vi.unstubAllEnvs();
  }
});
