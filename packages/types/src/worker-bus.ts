/** What one worker of a cluster answered. */
export interface WorkerAnswer {
  /** The id of the worker, which no later worker gets; 0 for the primary. */
  readonly worker: number;
  readonly data: unknown;
  /** Set if the worker has exited, and this is what it left behind. */
  readonly exited?: true;
}

/**
 * How the parts of a worker reach the primary of `@blaizejs/cluster`, and through it the other workers. The worker publishes it as
 * `globalThis[Symbol.for('blaizejs.workerBus')]` before it loads the app. All data must be something that JSON can express.
 */
export interface WorkerBus {
  /**
   * Asks all workers that are ready, this one included.
   *
   * @returns the answers of those that know the topic and answer within 1 s; for the others, what they have kept
   * @throws ClusterError if the primary is gone or hangs
   */
  ask(topic: string, data?: unknown): Promise<readonly WorkerAnswer[]>;
  /**
   * Answers a topic.
   *
   * @param fold makes one value of several that exited workers left behind. If it is given, every answer is kept
   * @returns a function that undoes this
   */
  answer(
    topic: string,
    answerer: (data: unknown) => unknown,
    fold?: (parts: readonly unknown[]) => unknown,
  ): () => void;
  /**
   * Gives the primary what counts as the answer after this worker has exited, and while it does not answer. The last one counts.
   * Resolves when it is on its way, or can't be.
   */
  keep(topic: string, data: unknown): Promise<void>;
  /** Whether something in this worker answers a topic. */
  knows(topic: string): boolean;
}
