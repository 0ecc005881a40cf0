import type { Json } from '@blaizejs/errors/internal';
import type { EventSchemas, SchemaInput, SchemaOutput } from '@blaizejs/types';

import type { ChannelEvent } from './channel-event.ts';

/** What a handler sends: one event of those that have schemas. */
export type EventInput<Events extends EventSchemas> = {
  [Name in keyof Events & string]: {
    readonly event: Name;
    readonly data: SchemaInput<Events[Name]>;
    /** What the client sends as `Last-Event-ID` when it connects again after this event. */
    readonly id?: string | undefined;
    /** Milliseconds that the client waits before it connects again. */
    readonly retry?: number | undefined;
  };
}[keyof Events & string];

/** An event as it comes out of a channel. */
export type EventOutput<Events extends EventSchemas> =
  | { [Name in keyof Events & string]: ChannelEvent<Name, Json<SchemaOutput<Events[Name]>>> }[keyof Events &
      string]
  | ResetEvent;

/** Says that events were lost: the client has to load anew what it shows. */
export type ResetEvent = ChannelEvent<'reset', null>;
