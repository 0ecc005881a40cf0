import type { ChannelEvent } from './channel-event.ts';
import type { PolledEvents } from './event-stream.ts';
import type { Subscription } from './subscription.ts';

/** The events of a subscription as its channel has encoded them. */
export class SubscribedEvents implements PolledEvents {
  readonly #subscription: Subscription<ChannelEvent>;

  constructor(subscription: Subscription<ChannelEvent>) {
    this.#subscription = subscription;
  }

  poll(): Uint8Array | string | undefined | null {
    const event = this.#subscription.poll();
    return event && event['~bytes'];
  }

  whenMore(again: (error?: unknown) => void): void {
    this.#subscription.whenMore(again);
  }

  async return(): Promise<void> {
    await this.#subscription.return();
  }
}
