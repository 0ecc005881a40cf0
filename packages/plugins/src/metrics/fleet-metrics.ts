import type { WorkerAnswer, WorkerBus } from '@blaizejs/types/internal';

import { workerBus } from '../worker-bus.ts';
import { type CompactFamily, pack, unpack } from './compact.ts';
import { gauge, type MetricFamily } from './family.ts';
import { mergeShares, neverFalls, type Share } from './merge.ts';

/** What workers send each other. */
interface Sent {
  /** Which processes it is about: one, or several that have ended. */
  readonly from: readonly string[];
  readonly families: readonly CompactFamily[];
}

/** Milliseconds between two looks whether the sums have changed: what a worker that is killed can lose. */
const INTERVAL = 1000;
/** Ended processes that are remembered. They matter only while a question is on its way. */
const MAX_REMEMBERED = 100;

const self = `${process.pid}-${Math.round(performance.timeOrigin)}`;

/** Where the metrics of this worker come from. */
export interface Source {
  /** All metrics of this worker, in time to be sent. Does not reject: sums that cannot be read are as they were before. */
  read(): Promise<readonly MetricFamily[]>;
  /** Only the sums, as cheaply as possible. Does not reject. */
  readSums(): Promise<readonly MetricFamily[]>;
}

/**
 * Joins the metrics of all workers of a cluster. Sums never fall: each worker gives its own to the primary once a second, and at
 * its end, and the primary adds what ended workers have left behind.
 */
export class FleetMetrics {
  readonly #bus: WorkerBus | undefined = workerBus();
  readonly #topic: string;
  readonly #source: Source;
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #isLeaving = false;
  /** After the end: what this worker still answers until its process is gone. */
  #final: Sent | undefined;

  /** @param key tells plugins of one process apart, and is the same in all workers */
  constructor(key: string, source: Source) {
    let topic = `blaizejs.metrics:${key}`;
    for (let i = 2; this.#bus?.knows(topic); i++) topic = `blaizejs.metrics:${key}#${i}`;
    this.#topic = topic;
    this.#source = source;
  }

  start(): void {
    if (!this.#bus) return;
    this.#bus.answer(
      this.#topic,
      () => this.#final ?? this.#share(),
      (parts) => fold(parts as readonly Sent[]),
    );
    this.#timer = setInterval(() => void this.#leave(), INTERVAL).unref();
  }

  /** Keeps answering with the last sums: a worker whose server has stopped is still a worker until its process ends. */
  async stop(): Promise<void> {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#final = toSent(await this.#source.readSums());
    await this.#bus?.keep(this.#topic, this.#final);
  }

  /**
   * The metrics of all workers; undefined if this process is not a worker of a cluster.
   *
   * @throws Error if the primary does not answer. Half of the metrics would look as if the sums had fallen
   */
  async read(): Promise<readonly MetricFamily[] | undefined> {
    if (!this.#timer || !this.#bus) return undefined;
    const answers = await this.#bus.ask(this.#topic);
    const ended = new Set(answers.filter(({ exited }) => exited).flatMap(({ data }) => (data as Sent).from));
    // One that has answered, and then ended, is among those that have ended, too.
    const alive = answers.filter(({ exited, data }) => !exited && !ended.has((data as Sent).from[0] ?? ''));
    const shares = [...alive, ...answers.filter(({ exited }) => exited)].map(toShare);
    return [
      gauge('blaizejs_workers', 'Workers of the cluster that have reported their metrics.', alive.length),
      ...mergeShares(shares),
    ];
  }

  async #share(): Promise<Sent> {
    return toSent(await this.#source.read());
  }

  async #leave(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const sums = toSent(await this.#source.readSums());
    const text = JSON.stringify(sums);
    if (text !== this.#last && !this.#final) {
      this.#last = text;
      await this.#bus?.keep(this.#topic, sums);
    }
    this.#isLeaving = false;
  }
}

function toSent(families: readonly MetricFamily[]): Sent {
  return { from: [self], families: families.map(pack) };
}

function toShare({ worker, data, exited }: WorkerAnswer): Share {
  return { worker: exited ? undefined : worker, families: (data as Sent).families.map(unpack) };
}

function fold(parts: readonly Sent[]): Sent {
  const shares = parts.map(({ families }) => ({ worker: undefined, families: families.map(unpack) }));
  return {
    from: parts.flatMap(({ from }) => from).slice(-MAX_REMEMBERED),
    families: mergeShares(shares).filter(neverFalls).map(pack),
  };
}
