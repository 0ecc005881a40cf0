import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { copyFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { type Folder, makeFolder } from '../../../tooling/test/folder.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
/** What Node is started with to load TypeScript. */
export const TSX = pathToFileURL(require.resolve('tsx')).href;

/** What the app says of its own accord. */
export interface AppEvent {
  readonly event: 'ready' | 'reload' | 'error' | 'broken' | 'notice' | 'warning' | 'evaluating';
  /** `Date.now()` in the app. */
  readonly at: number;
  readonly count?: number;
  readonly message?: string;
  readonly file?: string;
  readonly line?: string;
  readonly problems?: readonly string[];
}

/** How an app is started. */
export interface StartOptions {
  readonly execArgv?: string[];
  readonly args?: string[];
  readonly entry?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A project in a temporary folder, with the app of test/fixtures/app.ts for an entry. */
export class Project {
  readonly directory: string;
  readonly #top: Folder;
  #app: App | undefined;

  private constructor(top: Folder, directory: string) {
    this.#top = top;
    this.directory = directory;
  }

  /** @param below a path inside of the temporary folder */
  static async create(files: Readonly<Record<string, string>>, below = ''): Promise<Project> {
    const top = await makeFolder();
    const project = new Project(top, path.join(top.path, below));
    await mkdir(path.join(project.directory, 'node_modules/@blaizejs'), { recursive: true });
    await symlink(path.dirname(here), project.path('node_modules/@blaizejs/router'));
    await symlink(path.dirname(require.resolve('tsx/package.json')), project.path('node_modules/tsx'));
    await project.write('package.json', '{ "type": "module" }');
    await project.write('lib/db.ts', DB);
    await copyFile(path.join(here, 'fixtures/app.ts'), project.path('app.ts'));
    for (const [file, content] of Object.entries(files)) await project.write(file, content);
    return project;
  }

  path(file: string): string {
    return path.join(this.directory, file);
  }

  async write(file: string, content: string): Promise<void> {
    await mkdir(path.dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), content);
  }

  /** Writes a file in one step: unlike after `write`, nobody can find it empty. */
  async replace(file: string, content: string): Promise<void> {
    await this.write('next.tmp', content);
    await rename(this.path('next.tmp'), this.path(file));
  }

  /** Starts the app, which then serves `routes`. */
  async start(options: StartOptions = {}): Promise<App> {
    this.#app = await App.start(this.directory, options);
    return this.#app;
  }

  async remove(): Promise<void> {
    await this.#app?.kill();
    await this.#top[Symbol.asyncDispose]();
  }
}

/** A running app. */
export class App {
  readonly process: ChildProcess;
  readonly #bus = new EventEmitter();
  readonly #events: AppEvent[] = [];
  #count = 0;
  #last = 0;

  private constructor(child: ChildProcess) {
    this.process = child;
    child.on('message', (message: AppEvent | { id: number; value?: unknown; error?: string }) => {
      if ('id' in message) return void this.#bus.emit(`answer ${message.id}`, message);
      this.#events.push(message);
      this.#count++;
      this.#bus.emit('event');
    });
  }

  static async start(
    cwd: string,
    { execArgv = ['--import', TSX], args = [], entry = 'app.ts', env: added = {} }: StartOptions,
  ): Promise<App> {
    const env = { ...process.env, VITEST: undefined, NODE_OPTIONS: undefined, ...added };
    const child = fork(path.join(cwd, entry), args, {
      cwd,
      env,
      execArgv: ['--conditions', '@blaizejs/source', ...execArgv],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    const app = new App(child);
    await app.next('ready');
    return app;
  }

  /** Asks the app for something: the answer, or the error, that it gives. */
  async call(call: string, argument?: string): Promise<unknown> {
    const id = ++this.#last;
    const answered = once(this.#bus, `answer ${id}`);
    this.process.send({ id, call, argument });
    const [{ value, error }] = (await answered) as [{ value?: unknown; error?: string }];
    if (error !== undefined) throw new Error(error);
    return value;
  }

  get(target: string): Promise<unknown> {
    return this.call('get', target);
  }

  /** Waits until a path answers with something, which it can only come to do by a reload. */
  async until(target: string, expected: unknown): Promise<void> {
    for (;;) {
      const count = this.#count;
      if (JSON.stringify(await this.get(target)) === JSON.stringify(expected)) return;
      if (count === this.#count) await once(this.#bus, 'event');
    }
  }

  /** The next error whose message fits: half a file, while it is written, may be another one before. */
  async nextError(pattern: RegExp): Promise<AppEvent> {
    for (;;) {
      const error = await this.next('error');
      if (pattern.test(error.message ?? '')) return error;
    }
  }

  /** The next line that says what was reloaded, without the time that it took. */
  async nextLine(): Promise<string> {
    for (;;) {
      const { line } = await this.next('reload');
      if (line !== undefined) return line.replace(/, \d+ ms$/, ', n ms');
    }
  }

  /** The next event of a kind that nobody has taken yet. */
  async next(kind: AppEvent['event']): Promise<AppEvent> {
    for (;;) {
      const index = this.#events.findIndex(({ event }) => event === kind);
      if (index >= 0) return this.#events.splice(index, 1)[0]!;
      await once(this.#bus, 'event');
    }
  }

  /** Takes all events that have come. */
  take(): AppEvent[] {
    return this.#events.splice(0);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

const DB = `export const db = { id: Math.random() };\n`;

/** The source of a route whose answer is an expression. */
export function route(expression: string, imports = ''): string {
  return `${imports}\nexport const GET = () => (${expression});\n`;
}
