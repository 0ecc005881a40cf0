/** The options of {@link PubSub.subscribe}. */
export interface SubscribeOptions {
  /**
   * Called with `false` when the connection is lost, and with `true` when messages arrive again. Those that were published in
   * between are lost.
   */
  readonly onConnection?: ((isConnected: boolean) => void) | undefined;
}

/** Sends messages to all processes that listen now. Nothing is kept for those that do not. */
export interface PubSub {
  /** Rejects if the message cannot be sent. Who has subscribed in this process gets it too. */
  publish(channel: string, message: string): Promise<void>;
  /**
   * Listens to a channel. Messages of one publisher arrive in their order.
   *
   * @returns ends the subscription; to call it twice does no harm
   */
  subscribe(
    channel: string,
    listener: (message: string) => void,
    options?: SubscribeOptions,
  ): Promise<() => Promise<void>>;
}
