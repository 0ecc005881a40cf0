import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ResolveHookContext } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ModuleGraph } from './module-graph.ts';
import type { GraphAnswer, GraphQuestion } from './graph-messages.ts';
import { syncHooks } from './module-hooks-sync.ts';
import * as thread from './module-hooks-thread.ts';
import { keyOf } from './module-url.ts';

// Calls the hooks as Node does, with Node's own resolution of files as the next in the chain.
const LOADER = 'file:///framework/loader.js';

interface Hooks {
  resolve(specifier: string, parent: string | undefined, conditions?: string[]): Promise<string>;
  ask(name: 'track' | 'files' | 'invalidate', files: string[]): Promise<unknown>;
}

function context(parentURL: string | undefined, conditions: string[]): ResolveHookContext {
  return { parentURL, conditions, importAttributes: {} } as ResolveHookContext;
}

function nodeResolve(specifier: string, { parentURL }: ResolveHookContext): { url: string } {
  const { href: url } = new URL(specifier, parentURL);
  if (existsSync(fileURLToPath(url))) return { url };
  throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND', url });
}

function inThisThread(entry: string): Hooks {
  const graph = new ModuleGraph(entry, LOADER);
  const { resolve } = syncHooks(graph, entry);
  return {
    resolve: async (specifier, parent, conditions = ['import']) =>
      resolve(specifier, context(parent, conditions), nodeResolve).url,
    ask: async (name, files) => graph[name](files),
  };
}

let ports: MessagePort[] = [];

function inAThread(entry: string): Hooks {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  void thread.initialize({ port: port2, entry, importer: LOADER });
  return {
    resolve: async (specifier, parent, conditions = ['import']) => {
      const next = async (wanted: string, where?: Partial<ResolveHookContext>) =>
        nodeResolve(wanted, where as ResolveHookContext);
      return (await thread.resolve(specifier, context(parent, conditions), next)).url;
    },
    ask: (name, files) =>
      new Promise((resolve) => {
        port1.on('message', ({ id, value }: GraphAnswer) => id === 1 && resolve(value));
        port1.postMessage({ id: 1, name, files } satisfies GraphQuestion);
      }),
  };
}

describe.each([
  ['in the thread of the app', inThisThread],
  ['in a thread of their own', inAThread],
])('hooks %s', (_where, start) => {
  let folder: string;
  const file = (name: string): string => keyOf(path.join(folder, name));

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'blaize-hooks-'));
    const sources = {
      'app.js': `import './db.js'; import './gone.js';`,
      'db.js': `export { config } from './config.js';`,
      'config.js': `export const config = {};`,
      'route.js': `import { helper } from './helper.js'; import './db.js';`,
      'helper.js': `export const helper = 1;`,
    };
    for (const [name, source] of Object.entries(sources)) await writeFile(path.join(folder, name), source);
  });
  afterEach(async () => {
    for (const port of ports) port.close();
    ports = [];
    await rm(folder, { recursive: true });
  });

  test('know the modules that the app had loaded before them', async () => {
    const hooks = start(file('app.js'));
    await hooks.resolve(file('route.js'), LOADER);
    expect(await hooks.ask('files', [])).toEqual(['app.js', 'db.js', 'config.js'].map(file));
  });

  test('reload changed files and their importers, and nothing else', async () => {
    const hooks = start(file('app.js'));
    await hooks.ask('track', [file('route.js')]);
    expect(await hooks.resolve(file('route.js'), LOADER)).toBe(file('route.js'));
    expect(await hooks.resolve('./helper.js', file('route.js'))).toBe(file('helper.js'));
    await hooks.resolve('./db.js', file('route.js'));

    const { renewed } = (await hooks.ask('invalidate', [file('helper.js')])) as { renewed: string[] };
    expect(renewed).toEqual([file('helper.js'), file('route.js')]);
    expect(await hooks.resolve(file('route.js'), LOADER)).toBe(`${file('route.js')}?blaize=1`);
    const parent = `${file('route.js')}?blaize=1`;
    expect(await hooks.resolve('./helper.js', parent)).toBe(`${file('helper.js')}?blaize=1`);
    expect(await hooks.resolve('./db.js', parent)).toBe(file('db.js'));
  });

  test('remember files that do not exist yet', async () => {
    const hooks = start(file('app.js'));
    await expect(hooks.resolve('./later.js', file('route.js'))).rejects.toThrow('Cannot find module');
    expect(await hooks.ask('files', [file('route.js')])).toContain(file('later.js'));
  });

  test('leave require() alone', async () => {
    const hooks = start(file('app.js'));
    await hooks.resolve('./helper.js', file('route.js'), ['require']);
    expect(await hooks.ask('files', [file('route.js')])).not.toContain(file('helper.js'));
  });
});
