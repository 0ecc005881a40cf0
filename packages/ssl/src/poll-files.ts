import { stat } from 'node:fs/promises';

/** What to do when files change. */
export interface FilePollOptions {
  readonly files: readonly string[];
  /** Called once at the start, when a file has changed, and now and then. May throw: it is then called again. */
  readonly onChange: () => Promise<void>;
  /** Called if `onChange` keeps failing, once for each message. */
  readonly onProblem: (error: unknown) => void;
}

// With one look more, in which nothing must have changed, a new certificate is in use after two seconds.
const INTERVAL = 1000;
/** So that a server with hundreds of certificates looks at no more than about 50 files a second. */
const INTERVAL_PER_FILE = 20;
/** Someone who writes the key first and the certificate seconds later has done nothing wrong. */
const PATIENCE = 5000;
/** File systems without exact times, networks that cache them, and certificates that were not valid yet. */
const ANYWAY = 60_000;

/**
 * Looks for changes of files once a second. Unlike a watcher for events of the file system, it also sees what is behind
 * chains of symbolic links, and changes by other machines: Kubernetes replaces a link in the path (`..data`), certbot the
 * link itself, others the file or its content. Does not keep the process running.
 */
export class FilePoll {
  readonly #options: FilePollOptions;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** The state that `onChange` has seen. */
  #handled = '';
  #before = '';
  #checked = 0;
  #failingSince: number | undefined;
  #reported: string | undefined;

  constructor(options: FilePollOptions) {
    this.#options = options;
    this.#interval = Math.max(INTERVAL, options.files.length * INTERVAL_PER_FILE);
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#interval);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const state = await stateOf(this.#options.files);
    if (this.#isStopped) return;
    // While somebody is still writing, wait.
    if (state === this.#before && this.#isDue(state)) await this.#change(state);
    this.#before = state;
    if (!this.#isStopped) this.#wait();
  }

  #isDue(state: string): boolean {
    if (state !== this.#handled) return true;
    const now = performance.now();
    const isImpatient = this.#failingSince !== undefined && now - this.#failingSince < PATIENCE * 2;
    return isImpatient || now - this.#checked >= ANYWAY;
  }

  async #change(state: string): Promise<void> {
    const { onChange, onProblem } = this.#options;
    const now = performance.now();
    if (state !== this.#handled) this.#failingSince = undefined;
    this.#handled = state;
    this.#checked = now;
    try {
      await onChange();
      this.#failingSince = undefined;
      this.#reported = undefined;
    } catch (error) {
      if (this.#isStopped) return;
      this.#failingSince ??= now;
      const message = String(error);
      if (now - this.#failingSince < PATIENCE || message === this.#reported) return;
      this.#reported = message;
      onProblem(error);
    }
  }
}

async function stateOf(files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unreadable';
    }
  });
  return (await Promise.all(states)).join(';');
}
