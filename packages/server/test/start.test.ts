import { hostname } from 'node:os';

import { afterEach, expect, test, vi } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { createServer, type ServerOptions } from '../src/index.ts';

const { stdout } = process;
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What a server writes from its start to its end. */
async function run(options: Partial<ServerOptions> = {}, isTerminal = false): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(process, 'stdout', 'get').mockReturnValue(
    Object.create(stdout, {
      isTTY: { value: isTerminal },
      hasColors: { value: isTerminal ? () => false : undefined },
      write: { value: (line: string) => lines.push(line) > 0 },
    }) as typeof stdout,
  );
  const server = createServer({
    routesDir: false,
    port: 0,
    handleSignals: false,
    http2: { enabled: false },
    ...options,
  });
  await server.listen();
  await server.close();
  return lines;
}

test.each(['development', 'test', 'staging'])(
  'where nobody looks, a server in %s says in one line of JSON that it is up',
  async (env) => {
    vi.stubEnv('NODE_ENV', env);
    const [line, ...others] = await run();
    expect(JSON.parse(line!)).toEqual({
      level: 30,
      time: expect.any(Number),
      pid: process.pid,
      hostname: hostname(),
      msg: expect.stringMatching(/^Server running on http:\/\/localhost:\d+ \(0 routes, \d+ ms\)$/),
      server: {
        name: 'BlaizeJS',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        urls: { local: [expect.stringMatching(/^http:\/\/localhost:\d+$/)], network: [] },
        protocols: ['HTTP/1.1'],
        routes: 0,
        milliseconds: expect.any(Number),
        reload: false,
      },
    });
    expect(line!.endsWith('}\n')).toBe(true);
    expect(others).toEqual([expect.stringContaining('Server stopped')]);
  },
);

test('in a terminal there is a banner in its place', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  const routesDir = await temporaryFolder();
  const [shown, ...others] = await run({ routesDir, watch: true }, true);
  expect(shown).toMatch(/^\n {2}BlaizeJS \S+ {2}ready in \d+ ms\n\n {2}Local {6}http:\/\/localhost:\d+\n/);
  expect(shown).toContain('  Reload     on\n');
  expect(others).toEqual([expect.stringContaining('Server stopped')]);
});

test('a test in a terminal gets no banner', async () => {
  vi.stubEnv('NODE_ENV', 'test');
  expect((await run({}, true))[0]).toMatch(/^\{"level":30,/);
});

test('silence stays silence', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  expect(await run({ logger: false }, true)).toEqual([]);
});

test('an own logger gets the line, and what it is made of', async () => {
  const told: unknown[][] = [];
  const log = (...line: unknown[]): number => told.push(line);
  const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  expect(await run({ logger }, true)).toEqual([]);
  expect(told[0]).toEqual([
    { server: expect.objectContaining({ name: 'BlaizeJS', protocols: ['HTTP/1.1'] }) },
    expect.stringMatching(/^Server running on /),
  ]);
});
