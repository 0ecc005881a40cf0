import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

const STEPS = join(import.meta.dirname, 'steps.sh');
const folder = mkdtempSync(join(tmpdir(), 'blaizejs-steps-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {string} script what follows after the steps can be used */
function start(script) {
  const child = spawn('bash', ['-c', `set -euo pipefail; source "$0"; ${script}`, STEPS], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  const run = { child, output: '' };
  child.stdout.on('data', (text) => (run.output += text));
  return run;
}

/** @param {ReturnType<typeof start>} run */
async function end(run) {
  const [code] = await once(run.child, 'close');
  return { code, lines: run.output.trimEnd().split('\n') };
}

/** A step that names its process in a file, says so, and then takes long. @param {string} name */
const long = (name) => `bash -c 'echo begun; echo $$ >${name}.pid; sleep 60; echo never'`;

/** @param {string} name */
const processOf = (name) => Number(readFileSync(join(folder, `${name}.pid`), 'utf8'));

/** @param {string} name */
const isWritten = async (name) => {
  await expect.poll(() => processOf(name)).toBeGreaterThan(0);
};

/** A process that has ended keeps its id until its parent, or that of orphans, has asked. @param {number} pid */
const isRunning = (pid) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** @param {number} pid */
const hasEnded = async (pid) => {
  await expect.poll(() => isRunning(pid)).toBe(false);
};

// They need the bash of Linux; CI runs them there.
describe.runIf(process.platform === 'linux')('the steps of CI', () => {
  it('count, and pass', async () => {
    const { code, lines } = await end(
      start('step One - true; beside Two One echo two; beside Three - true; step Four - echo four'),
    );
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('4 passed, 0 failed');
    expect(lines).not.toContain('Failed:');
  });

  it('list those that failed, and those that needed them', async () => {
    const { code, lines } = await end(
      start(
        `beside Bad - bash -c 'exit 3'; beside Good - true; beside Next Bad echo ran; step Last Next echo ran`,
      ),
    );
    expect(code).toBe(1);
    expect(lines).not.toContain('ran');
    expect(lines.slice(lines.indexOf('Failed:'))).toEqual([
      'Failed:',
      expect.stringMatching(/^ {2}Bad: exit code 3 after \d+ s$/),
      '  Next: not run, as it needs "Bad"',
      '  Last: not run, as it needs "Next"',
      '',
      '1 passed, 3 failed',
    ]);
  });

  it('keep the output of each together, although two run at once', async () => {
    // Each waits until the other has written a line.
    const meet = (/** @type {string} */ own, /** @type {string} */ other) =>
      `bash -c 'echo first ${own}; touch met-${own}; until [ -e met-${other} ]; do sleep 0.05; done; echo last ${own}'`;
    const { lines } = await end(
      start(`beside A - ${meet('a', 'b')}; beside B - ${meet('b', 'a')}; settle_all`),
    );
    for (const name of ['a', 'b']) {
      const at = lines.indexOf(`first ${name}`);
      expect(lines.slice(at - 1, at + 3)).toEqual([
        `━━ ${name.toUpperCase()}`,
        `first ${name}`,
        `last ${name}`,
        expect.stringContaining(': passed in '),
      ]);
    }
    expect(lines.at(-1)).toBe('2 passed, 0 failed');
  });

  it('wait for those that they come after, and for all if they run alone', async () => {
    const slow = `bash -c 'sleep 0.5; touch done-$0'`;
    const { lines } = await end(
      start(
        `beside A - ${slow} a; after=A beside B - ls done-a; beside C - ${slow} c; step D - ls done-c; settle_all`,
      ),
    );
    expect(lines.at(-1)).toBe('4 passed, 0 failed');
  });

  it('are killed if they take longer than their limit, with what they started', async () => {
    const { code, lines } = await end(
      start(`limit=1 beside Long - ${long('late')}; beside Short - true; settle_all`),
    );
    expect(code).toBe(1);
    expect(lines).toContain('begun');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}Long: exit code 124 after \d+ s$/));
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
    await hasEnded(processOf('late'));
  });

  it('leave no process behind', async () => {
    const { code } = await end(start(`beside One - bash -c 'sleep 60 & echo $! >left.pid'; settle_all`));
    expect(code).toBe(0);
    await hasEnded(processOf('left'));
  });

  it('fail if one is killed', async () => {
    const run = start(`beside Shot - ${long('shot')}; beside Fine - true; settle_all`);
    await isWritten('shot');
    process.kill(processOf('shot'), 'SIGKILL');
    const { code, lines } = await end(run);
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}Shot: exit code 137 after \d+ s$/));
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it.each(/** @type {const} */ (['SIGINT', 'SIGTERM']))(
    'end all that run, and fail, on %s',
    async (signal) => {
      const names = [`left-${signal}`, `right-${signal}`];
      const [left, right] = names.map(long);
      const run = start(`step One - true; beside Left - ${left}; beside Right - ${right}; step Never - true`);
      for (const name of names) await isWritten(name);
      run.child.kill(signal);
      const { code, lines } = await end(run);
      expect(code).toBe(1);
      expect(lines.filter((line) => line === 'begun')).toHaveLength(2);
      expect(lines).not.toContain('never');
      expect(lines.slice(lines.indexOf('Failed:')).sort()).toEqual(
        [
          'Failed:',
          '  Left: stopped with exit code 130',
          '  Right: stopped with exit code 130',
          '',
          '1 passed, 2 failed',
        ].sort(),
      );
      for (const name of names) await hasEnded(processOf(name));
    },
  );

  it('fail if the script itself stops half-way', async () => {
    const { code, lines } = await end(start('step One - true; false; step Two - true'));
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });
});
