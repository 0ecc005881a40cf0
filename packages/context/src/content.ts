import { checkOptions, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type {
  AnySchema,
  BytesSchema,
  ContentSchema,
  EventSchemas,
  EventsSchema,
  LinesSchema,
  NamedEventsSchema,
  Schema,
} from '@blaizejs/types';

import { isBinary } from './payload.ts';

const RANGE = /^[\da-z_!#$%&'+.^`|~-]+\/(?:\*|[\da-z_!#$%&'+.^`|~-]+)$/;

/**
 * The schema of an answer that is not JSON: bytes, text, a `Blob`, a stream, or a `Response`. The answer has this type
 * unless the handler sets another; one that does not match is an error, as for other response schemas.
 *
 * ```ts
 * schema: { response: { 200: content('image/png'), 404: Missing } },
 * handler: (ctx) => createReadStream('logo.png'),
 * ```
 *
 * As `schema.body`, it is the schema of a body that is read as bytes, up to `bodyLimit`.
 *
 * @param type `image/png`, or a range, `image/*`, of which the handler sets one
 * @throws TypeError for a type with parameters or capital letters, or that is none
 */
export function content<const Type extends string>(type: Type): BytesSchema<Type> {
  if (!RANGE.test(type)) {
    throw new TypeError(
      `content() takes a media type in lower case, without parameters, such as image/png, not ${JSON.stringify(type)}.`,
    );
  }
  return {
    '~standard': standard(isBytes, 'bytes, text or a stream'),
    '~content': { type, kind: 'bytes' },
  };
}

/** The options of {@link ndjson}. */
export interface LinesOptions {
  /** Bytes of one line of a body, which is kept in memory until it is complete. Default: 1 MiB. */
  readonly lineLimit?: number | undefined;
}

const checkLines = /* @__PURE__ */ shapeOf(
  { lineLimit: /* @__PURE__ */ limit(1_048_576) },
  'an object such as { lineLimit: 65_536 }',
);

/**
 * The schema of JSON lines (NDJSON, `application/x-ndjson`): each item is checked and sent on a line of its own, as fast as
 * the client reads. The handler returns anything that can be iterated. An item that does not fit, and an error of the
 * iterable, break off the answer; before the first line, they are a 500.
 *
 * ```ts
 * schema: { response: ndjson(User) },
 * handler: () => users.all(),
 * ```
 *
 * As `schema.body`, it reads such a body: the handler gets an async iterable of items, each of them checked. It throws a
 * ValidationError (400) at a line that does not fit, and a PayloadTooLargeError (413) above the route's `bodyLimit`, which
 * holds for the whole body, and above `lineLimit`.
 *
 * @param item the schema of one line
 * @throws ConfigurationError if an option is not valid
 */
export function ndjson<Item extends AnySchema>(item: Item, options: LinesOptions = {}): LinesSchema<Item> {
  const { lineLimit } = checkOptions(checkLines, options);
  return {
    '~standard': standard(isItems, 'something that can be iterated'),
    '~content': { type: 'application/x-ndjson', kind: 'lines', item, lineLimit },
  };
}

/**
 * The schema of a stream of server-sent events, for documentation and clients: what the `data` of an event is. The handler
 * sends the stream itself, with `ctx.response.stream()`; events are not checked.
 *
 * `createSSERoute()` of `@blaizejs/realtime` also encodes and checks them.
 *
 * @param data the schema of the `data` of one event, or one for each name of an event
 */
export function events<const Data extends AnySchema | EventSchemas>(data: Data): EventsOf<Data> {
  const standardPart = standard<never, never>(isBytes, 'a stream of events');
  const kind = { type: 'text/event-stream', kind: 'events' } as const;
  const schema: EventsSchema | NamedEventsSchema = isSchema(data)
    ? { '~standard': standardPart, '~content': { ...kind, item: data } }
    : { '~standard': standardPart, '~content': { ...kind, events: data } };
  return schema as EventsOf<Data>;
}

/** What {@link events} makes of one schema, or of several by name. */
export type EventsOf<Data> = Data extends AnySchema
  ? EventsSchema<Data>
  : Data extends EventSchemas
    ? NamedEventsSchema<Data>
    : never;

/** Whether a schema was made by {@link content}, {@link ndjson} or {@link events}, of any copy of this package. */
export function isContent(schema: object): schema is ContentSchema {
  return '~content' in schema;
}

function standard<Input, Output>(
  accepts: (value: unknown) => boolean,
  expected: string,
): Schema<Input, Output>['~standard'] {
  return {
    version: 1,
    vendor: 'blaizejs',
    validate: (value) =>
      accepts(value) ? { value: value as Output } : { issues: [{ message: `Expected ${expected}` }] },
  };
}

function isSchema(value: AnySchema | EventSchemas): value is AnySchema {
  return '~standard' in value;
}

function isBytes(value: unknown): boolean {
  return typeof value === 'string' || isBinary(value);
}

function isItems(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
