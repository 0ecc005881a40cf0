import { stat } from 'node:fs/promises';

/** What to do when files change. */
export interface FilePollOptions {
  readonly files: readonly string[];
  /** Called once at the start, when a file has changed, and now and then. May throw: it is then called again. */
  readonly onChange: () => Promise<void>;
  /** Called if `onChange` keeps failing, once for each message. */
  readonly onProblem: (error: unknown) => void;
  /** Milliseconds between two looks. Default: 1000, or more if there are more than 50 files. */
  readonly interval?: number;
}

// With one look more, in which nothing must have changed, a new certificate is in use after two seconds.
const INTERVAL = 1000;
/** So that a server with hundreds of certificates looks at no more than about 50 files a second. */
const INTERVAL_PER_FILE = 20;
/** In looks. Someone who writes the key first and the certificate seconds later has done nothing wrong. */
const PATIENCE = 5;
/** In looks. For file systems without exact times, networks that cache them, and certificates that were not valid yet. */
const ANYWAY = 60;

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
  /** How many looks ago `onChange` was called. */
  #age = 0;
  /** How often in a row it failed with these files. */
  #failures = 0;
  #reported: string | undefined;

  constructor(options: FilePollOptions) {
    this.#options = options;
    this.#interval = options.interval ?? Math.max(INTERVAL, options.files.length * INTERVAL_PER_FILE);
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
    if (this.#hasStopped()) return;
    // While somebody is still writing, wait.
    if (state === this.#before && this.#isDue(state)) await this.#change(state);
    this.#before = state;
    if (!this.#hasStopped()) this.#wait();
  }

  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #isDue(state: string): boolean {
    this.#age += 1;
    const isImpatient = this.#failures > 0 && this.#failures <= PATIENCE;
    return state !== this.#handled || isImpatient || this.#age >= ANYWAY;
  }

  async #change(state: string): Promise<void> {
    const { onChange, onProblem } = this.#options;
    if (state !== this.#handled) this.#failures = 0;
    this.#handled = state;
    this.#age = 0;
    try {
      await onChange();
      this.#failures = 0;
      this.#reported = undefined;
    } catch (error) {
      if (this.#isStopped) return;
      this.#failures += 1;
      const message = String(error);
      if (this.#failures <= PATIENCE || message === this.#reported) return;
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
