import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { developmentCertificate } from 'blaizejs/ssl';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { readPages } from './pages.ts';

const base = path.resolve(import.meta.dirname, '../.blaize/systemd');
const page = readPages().find(({ name }) => name === 'deployment/systemd')!;
const serverBlock = page.blocks.find(({ file }) => file === 'server.ts')!.code;

let tls: { key: string; cert: string; keyFile: string; certFile: string };
beforeAll(async () => {
  await mkdir(base, { recursive: true });
  tls = await developmentCertificate({ host: 'localhost', directory: path.join(base, 'ssl') });
});

// What systemd does with `Restart=always` and a socket: it keeps the socket open, and starts the service again.
const LAUNCHER = String.raw`
use Socket; use POSIX;
$^F = 3;
socket(my $socket, PF_INET, SOCK_STREAM, 0) or die;
setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
bind($socket, sockaddr_in($ENV{APP_PORT}, INADDR_LOOPBACK)) or die $!;
listen($socket, 511) or die;
POSIX::dup2(fileno($socket), 3) unless fileno($socket) == 3;
my ($child, $ends) = (0, 0);
$SIG{TERM} = sub { $ends = 1; kill 'TERM', $child if $child };
$SIG{HUP} = sub { kill 'TERM', $child if $child };
until ($ends) {
  $child = fork();
  unless ($child) { $ENV{LISTEN_FDS} = 1; $ENV{LISTEN_PID} = $$; exec @ARGV }
  waitpid($child, 0);
}
`;

// Each start loads TypeScript, which takes seconds if the machine has other work.
const PATIENCE = { timeout: 120_000 };

describe.skipIf(isMissing('perl'))('socket activation', () => {
  test(
    'the server of the page serves on the socket it is given, and no request is lost while it restarts',
    PATIENCE,
    async () => {
      const { port, launcher, starts } = await launch();
      const pids = new Set([await get(port)]);
      let running = true;
      let answered = 0;
      const load = Array.from({ length: 4 }, async () => {
        while (running) {
          pids.add(await get(port));
          answered += 1;
        }
      });
      for (let restart = 0; restart < 3; restart++) {
        const before = answered;
        await expect.poll(() => answered).toBeGreaterThan(before + 20);
        const isUp = starts.next();
        launcher.kill('SIGHUP');
        await isUp;
      }
      running = false;
      await Promise.all(load);
      pids.add(await get(port));
      expect(pids.size).toBe(4);
    },
  );
});

describe.skipIf(isMissing('systemd-socket-activate'))('systemd-socket-activate', () => {
  test('starts the server of the page at the first connection', PATIENCE, async () => {
    const port = await freePort();
    const { file, env } = await app();
    const socket = `--listen=127.0.0.1:${port}`;
    const child = spawn(
      'systemd-socket-activate',
      [socket, ...setenv(env), process.execPath, ...ARGS, file],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      },
    );
    stopAtEnd(child);
    await until(child.stderr, /Listening on/);
    child.stderr.resume();
    expect(await get(port)).toBe(String(child.pid));
  });
});

// The page's imports are found from its own folder; TypeScript is loaded as in `blaize dev`.
const ARGS = ['--conditions=@blaizejs/source', '--import', 'tsx'];

async function app(): Promise<{ file: string; env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(path.join(base, 'app-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'routes'));
  const route = `import { createGetRoute } from 'blaizejs';
export const GET = createGetRoute({ handler: () => ({ pid: process.pid }) });\n`;
  await writeFile(path.join(folder, 'routes/index.ts'), route);
  const file = path.join(folder, 'server.ts');
  await writeFile(file, `process.chdir(import.meta.dirname);\n${serverBlock}\nconsole.log('listening');\n`);
  const env = { NODE_ENV: 'production', SSL_KEY_PATH: tls.keyFile, SSL_CERT_PATH: tls.certFile };
  return { file, env };
}

async function launch(): Promise<{ port: number; launcher: ChildProcess; starts: AsyncIterator<string> }> {
  const port = await freePort();
  const { file, env } = await app();
  const launcher = spawn('perl', ['-e', LAUNCHER, process.execPath, ...ARGS, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, APP_PORT: String(port) },
  });
  stopAtEnd(launcher);
  const starts = lines(launcher.stdout, 'listening');
  await starts.next();
  return { port, launcher, starts };
}

async function* lines(stream: NodeJS.ReadableStream, wanted: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: stream })) if (line === wanted) yield line;
}

function setenv(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).map((name) => `--setenv=${name}`);
}

/** Over a connection of its own. @returns which process answered */
async function get(port: number): Promise<string> {
  const asked = request({ port, host: 'localhost', ca: tls.cert, agent: false, path: '/' }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  expect(response.statusCode).toBe(200);
  return String((JSON.parse(body) as { pid: number }).pid);
}

async function until(stream: NodeJS.ReadableStream, wanted: RegExp): Promise<void> {
  let text = '';
  while (!wanted.test(text)) text += String(((await once(stream, 'data')) as [Buffer])[0]);
}

function stopAtEnd(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const isOver = once(child, 'exit');
    child.kill('SIGTERM');
    await isOver;
  });
}

function isMissing(command: string): boolean {
  return spawnSync(command, ['--version']).status !== 0;
}
