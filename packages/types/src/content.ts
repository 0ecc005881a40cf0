import type { Readable } from 'node:stream';

import type { AnySchema, Schema, SchemaInput, SchemaOutput } from './schema.ts';

/** What can be sent as the content of any media type: bytes, text, or a stream of them. */
export type ByteSource =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | Readable
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>;

/** A short name of a media type: `json` is `application/json`. */
export type ContentName = 'json' | 'html' | 'text' | 'xml' | 'csv' | 'ndjson' | 'events';
/** A media type, or a short name of one. */
export type ContentType = ContentName | `${string}/${string}`;
/** An answer for each media type that there is one of. */
export type FormatChoices = { readonly [Type in ContentType]?: () => unknown };

/** What can be sent one by one: a list, a generator, an async iterable, a stream of objects. */
export type ItemSource<Item> = Iterable<Item> | AsyncIterable<Item>;

/**
 * The schema of content that is not one JSON value, as `content()`, `ndjson()` and `events()` make it. It is a Standard
 * Schema; `~content` says the rest, for documentation and clients:
 *
 * - `type` is the media type, or a range of them: `image/png`, `image/*`;
 * - `kind` is `bytes` for content as it is, `lines` for JSON lines, and `events` for a stream of server-sent events;
 * - `item` is the schema of one line, or of the `data` of one event. `bytes` have none.
 * - `events` has the schemas of the `data` by the name of the event, if they differ.
 */
export type ContentSchema = BytesSchema | LinesSchema | EventsSchema | NamedEventsSchema;

/** The schema of bytes of one media type. As an answer, it accepts what {@link ByteSource} is; a body is read as bytes. */
export interface BytesSchema<Type extends string = string> extends Schema<ByteSource, Uint8Array> {
  readonly '~content': { readonly type: Type; readonly kind: 'bytes'; readonly item?: undefined };
}

/** The schema of JSON lines (NDJSON). As an answer, it accepts anything that can be iterated; a body is an async iterable. */
export interface LinesSchema<Item extends AnySchema = AnySchema> extends Schema<
  ItemSource<SchemaInput<Item>>,
  AsyncIterable<SchemaOutput<Item>>
> {
  readonly '~content': {
    readonly type: 'application/x-ndjson';
    readonly kind: 'lines';
    readonly item: Item;
    /** Bytes of one line of a body. */
    readonly lineLimit: number;
  };
}

/** The schema of a stream of server-sent events; `item` is that of their `data`. An answer is the stream as it is sent. */
export interface EventsSchema<Item extends AnySchema = AnySchema> extends Schema<
  ByteSource,
  AsyncIterable<SchemaOutput<Item>>
> {
  readonly '~content': { readonly type: 'text/event-stream'; readonly kind: 'events'; readonly item: Item };
}

/** The schemas of events, or rather of their `data`, by the name of the event. */
export type EventSchemas = Readonly<Record<string, AnySchema>>;

/** The schema of a stream of server-sent events with names; `events` has the schemas of their `data`. */
export interface NamedEventsSchema<Events extends EventSchemas = EventSchemas> extends Schema<
  ByteSource,
  AsyncIterable<SchemaOutput<Events[keyof Events]>>
> {
  readonly '~content': {
    readonly type: 'text/event-stream';
    readonly kind: 'events';
    readonly item?: undefined;
    readonly events: Events;
  };
}
