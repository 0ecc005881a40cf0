import { callback, limit, oneOf, optional, options as shapeOf, orElse } from '@blaizejs/errors/internal';

/** What happens with a subscriber that reads more slowly than events are published. */
export interface BufferOptions {
  /** The number of events that wait for the subscriber. Default: 100. */
  readonly limit?: number | undefined;
  /**
   * What happens above that:
   *
   * - `replay` reads the events from the log as soon as the subscriber wants more. If they are no longer there, it gets a
   *   `reset`.
   * - `drop-oldest` drops the events that have waited for longest.
   * - `coalesce` keeps only the last of the events with the same `key`, also below the limit; above it, it drops as
   *   `drop-oldest` does. For states, of which only the last one matters.
   * - `disconnect` ends the subscription. Clients then connect again, and continue after the last event that they got.
   *
   * Default: `replay`.
   */
  readonly overflow?: 'replay' | 'drop-oldest' | 'coalesce' | 'disconnect' | undefined;
  /** For `coalesce`: what an event is about. Default: its name. */
  readonly key?: ((event: { readonly event: string; readonly data: unknown }) => string) | undefined;
}

/** {@link BufferOptions}, complete. */
export interface Buffer {
  readonly limit: number;
  readonly overflow: NonNullable<BufferOptions['overflow']>;
  readonly key?: BufferOptions['key'];
}

/** Checks {@link BufferOptions}. */
export const buffer = shapeOf(
  {
    limit: limit(100),
    overflow: orElse(oneOf('replay', 'drop-oldest', 'coalesce', 'disconnect'), 'replay'),
    key: optional(callback<NonNullable<BufferOptions['key']>>('(event) that returns a text')),
  },
  'an object of options, such as { limit: 100, overflow: "disconnect" }',
  ({ overflow, key }, path, report) => {
    if (key !== undefined && overflow !== 'coalesce')
      report(`${path}.key`, key, 'nothing, unless overflow is "coalesce"');
  },
);
