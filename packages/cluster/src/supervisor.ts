import { ClusterError } from './cluster-error.ts';

/** `running` includes a reload. */
export type ClusterState = 'new' | 'starting' | 'running' | 'closing' | 'closed';

/** `waiting`: it exited, and is replaced after a pause. */
export type WorkerState = 'starting' | 'ready' | 'draining' | 'waiting';

/** One place of the cluster, and the worker in it. */
export interface WorkerInfo {
  /** The id of the worker, which no later one gets; undefined while there is none. */
  readonly id: number | undefined;
  readonly pid: number | undefined;
  readonly state: WorkerState;
  /** When the worker was started, in milliseconds since the epoch. */
  readonly since: number | undefined;
  /** How many times a worker in this place exited unasked, and was replaced. */
  readonly restarts: number;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A worker process. */
export interface WorkerProcess {
  readonly id: number;
  readonly pid: number | undefined;
  readonly since: number;
  readonly state: WorkerState;
  /** Resolves when it serves; rejects with the reason if it exited, failed or took too long. */
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  /** Asks it to drain and exit, and kills it if it takes too long. Resolves when it has exited. */
  stop(): Promise<Exit>;
  kill(): void;
}

export interface SupervisorSettings {
  readonly size: number;
  readonly spawn: () => WorkerProcess;
  readonly backoff: Backoff;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** Pauses before a worker that exited is replaced, in milliseconds. */
export interface Backoff {
  readonly first: number;
  readonly max: number;
  /** A worker that served for this long was healthy. */
  readonly healthyAfter: number;
  /** How many unhealthy workers in a row are called a crash loop. */
  readonly crashLoop: number;
}

/** The pause after some unhealthy workers in a row: none for the first, then growing. */
export function pauseAfter(failures: number, { first, max }: Pick<Backoff, 'first' | 'max'>): number {
  return failures === 0 ? 0 : Math.min(max, first * 2 ** (failures - 1));
}

function describe({ id, pid }: WorkerProcess, { code, signal }: Exit): string {
  const how = signal ? `was ended by ${signal}` : `exited with code ${String(code)}`;
  return `Worker ${id} (pid ${String(pid)}) ${how}`;
}

interface Place {
  readonly index: number;
  worker: WorkerProcess | undefined;
  restarts: number;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** Keeps a number of workers alive, and replaces them one by one. */
export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #places: Place[];
  /** All processes, including those that drain and those that are not ready yet. */
  readonly #processes = new Set<WorkerProcess>();
  #state: ClusterState = 'new';
  #rolling: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: SupervisorSettings) {
    this.#settings = settings;
    this.#places = Array.from({ length: settings.size }, (_, index) => ({
      index,
      worker: undefined,
      restarts: 0,
      failures: 0,
      timer: undefined,
    }));
  }

  get state(): ClusterState {
    return this.#state;
  }

  get isReloading(): boolean {
    return this.#rolling !== undefined;
  }

  get workers(): readonly WorkerInfo[] {
    return this.#places.map(({ worker, restarts }) => ({
      id: worker?.id,
      pid: worker?.pid,
      state: worker?.state ?? 'waiting',
      since: worker?.since,
      restarts,
    }));
  }

  /** Starts all workers, once. If one fails, ends the others. @throws ClusterError */
  async start(): Promise<void> {
    this.#state = 'starting';
    for (const place of this.#places) place.worker = this.#spawn();
    const workers = [...this.#processes];
    try {
      await Promise.all(workers.map((worker) => worker.ready));
    } catch (error) {
      if (this.#isEnding()) throw new ClusterError('The cluster was closed while it started.');
      await this.close();
      throw new ClusterError(`A worker did not start: ${(error as Error).message}`, { cause: error });
    }
    if (this.#isEnding()) throw new ClusterError('The cluster was closed while it started.');
    this.#state = 'running';
    this.#places.forEach((place, index) => {
      const worker = workers[index];
      if (worker) this.#keep(place, worker);
    });
  }

  /**
   * Replaces all workers one by one. During a reload, the next one waits for it; further ones are the same as that.
   *
   * @throws ClusterError if a new worker did not start; it and all that follow were not replaced
   */
  reload(): Promise<void> {
    if (this.#state !== 'running') {
      return Promise.reject(new ClusterError(`Can't reload: the cluster is ${this.#state}.`));
    }
    if (!this.#rolling) return (this.#rolling = this.#roll().finally(() => (this.#rolling = undefined)));
    return (this.#next ??= this.#rolling
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.reload();
      }));
  }

  /** Drains and ends all workers. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Ends all processes at once. */
  kill(): void {
    for (const worker of this.#processes) worker.kill();
  }

  #isEnding(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  async #close(): Promise<void> {
    this.#state = 'closing';
    for (const { timer } of this.#places) clearTimeout(timer);
    await Promise.all([...this.#processes].map((worker) => this.#drain(worker)));
    this.#state = 'closed';
  }

  async #drain(worker: WorkerProcess): Promise<void> {
    const hadRequests = worker.state !== 'starting';
    const exit = await worker.stop();
    if (hadRequests && (exit.signal ?? exit.code) !== 0) {
      this.#settings.log('warn', `${describe(worker, exit)} while it drained: it may have lost requests`);
    }
  }

  #spawn(): WorkerProcess {
    const worker = this.#settings.spawn();
    this.#processes.add(worker);
    worker.ready.catch(() => undefined);
    void worker.exited.then(() => this.#processes.delete(worker));
    return worker;
  }

  async #roll(): Promise<void> {
    const { log, size } = this.#settings;
    log('info', `Reload: replacing ${size} worker${size === 1 ? '' : 's'}`);
    for (const place of this.#places) {
      const fresh = this.#spawn();
      try {
        await fresh.ready;
      } catch (error) {
        fresh.kill();
        await fresh.exited;
        if (this.#isEnding()) throw new ClusterError('The cluster was closed during the reload.');
        const message = `The reload stopped, and the workers that are left go on: the new worker did not start: ${(error as Error).message}`;
        log('error', message);
        throw new ClusterError(message, { cause: error });
      }
      // close() ends the new one too.
      if (this.#isEnding()) throw new ClusterError('The cluster was closed during the reload.');
      const old = place.worker;
      clearTimeout(place.timer);
      place.failures = 0;
      place.worker = fresh;
      this.#keep(place, fresh);
      if (old) await this.#drain(old);
      if (this.#isEnding()) throw new ClusterError('The cluster was closed during the reload.');
    }
    log('info', 'Reload: done');
  }

  /** Replaces a ready worker when it exits, unless a reload already has. */
  #keep(place: Place, worker: WorkerProcess): void {
    const begun = Date.now();
    void worker.exited.then((exit) => {
      if (place.worker !== worker || this.#isEnding()) return;
      if (Date.now() - begun >= this.#settings.backoff.healthyAfter) place.failures = 0;
      this.#replace(place, describe(worker, exit));
      place.failures += 1;
    });
  }

  #replace(place: Place, what: string): void {
    const { backoff, log } = this.#settings;
    const pause = pauseAfter(place.failures, backoff);
    const isLoop = place.failures + 1 >= backoff.crashLoop;
    place.worker = undefined;
    place.restarts += 1;
    log(
      isLoop ? 'error' : 'warn',
      isLoop
        ? `Crash loop: ${what}; the ${place.failures + 1}th in a row in place ${place.index + 1}. Next try in ${pause} ms`
        : `${what}; it is replaced${pause ? ` in ${pause} ms` : ''}`,
    );
    place.timer = setTimeout(() => this.#retry(place), pause);
  }

  #retry(place: Place): void {
    const worker = this.#spawn();
    place.worker = worker;
    worker.ready.then(
      () => {
        if (place.worker === worker && !this.#isEnding()) this.#keep(place, worker);
      },
      (error: unknown) => {
        worker.kill();
        if (place.worker !== worker || this.#isEnding()) return;
        this.#replace(place, `Worker ${worker.id} did not start: ${(error as Error).message}`);
        place.failures += 1;
      },
    );
  }
}
