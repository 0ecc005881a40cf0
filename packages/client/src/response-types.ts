import type { ClientError } from './client-error.ts';
import type { Json } from '@blaizejs/errors/internal';
import type { ResponseError } from './response-error.ts';
import type { AnySchema, HandlerResult, OutputOf, PartOf } from './route-types.ts';
import type { ServerEvent } from './server-events.ts';

/** The statuses of success. */
export type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;
type Redirection = 300 | 301 | 302 | 303 | 304 | 305 | 307 | 308;
/** The error statuses. TypeScript has no type for a range, and `number` would not tell these from the ones that a route declares. */
export type ErrorStatus =
  | (400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416)
  | (417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451)
  | (500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511);

interface ResultParts<Status extends number, Data> {
  readonly status: Status;
  /** The body: what JSON says, text, a `Blob`, or undefined. */
  readonly data: Data;
  readonly headers: Headers;
  /** Its body has been read. */
  readonly response: Response;
}

/** An answer with a 2xx. */
export interface SuccessResult<Status extends number, Data> extends ResultParts<Status, Data> {
  readonly ok: true;
  readonly error: undefined;
}

/** An answer with an error status. */
export interface ErrorResult<Status extends number, Data> extends ResultParts<Status, Data> {
  readonly ok: false;
  /** What the call would throw without `.result`. */
  readonly error: ResponseError<Status, Data>;
}

/** An answer with a 3xx that was not followed. */
export interface RedirectionResult extends ResultParts<Redirection, unknown> {
  readonly ok: false;
  readonly error: ClientError;
}

/** The possible answers of a route by status. An error status that its schemas do not have comes with unknown data. */
export type ResultFor<R, Method> =
  | (Declared<PartOf<R, 'response'>> extends infer D
      ? [D] extends [never]
        ? SuccessResult<SuccessStatus, DataFor<R, Method>> | ErrorResult<ErrorStatus, unknown>
        : ResultOfMap<D, Method>
      : never)
  | RedirectionResult;

/** The schemas by status, if the route has several. */
type Declared<S> = S extends AnySchema ? never : S;

type ResultOfMap<Map, Method> =
  | {
      [Status in keyof Map & number]: Status extends SuccessStatus
        ? SuccessResult<Status, Method extends 'HEAD' ? undefined : ContentFor<Map[Status]>>
        : Status extends ErrorStatus
          ? ErrorResult<Status, Method extends 'HEAD' ? undefined : ContentFor<Map[Status]>>
          : never;
    }[keyof Map & number]
  | ErrorResult<Exclude<ErrorStatus, keyof Map>, unknown>;

/** The data of a route's 2xx. */
export type DataFor<R, Method> = Method extends 'HEAD'
  ? undefined
  : [PartOf<R, 'response'>] extends [never]
    ? Returned<HandlerResult<R>>
    : PartOf<R, 'response'> extends infer S
      ? S extends AnySchema
        ? ContentFor<S>
        : { [Status in keyof S & SuccessStatus]: ContentFor<S[Status]> }[keyof S & SuccessStatus]
      : never;

/** `null` stands for a status without content. */
type ContentFor<S> = S extends AnySchema
  ? S extends { readonly '~content': { readonly type: infer Type } }
    ? // As `content()`, `ndjson()` and `events()` of `@blaizejs/context` describe it; read whole.
      Type extends `text/${string}`
      ? string
      : Blob
    : Json<OutputOf<S>>
  : undefined;

/** What arrives when a handler returns a value without a response schema. */
type Returned<T> = unknown extends T
  ? unknown
  : T extends void | undefined
    ? undefined
    : T extends { readonly status: infer Status; readonly value: infer Value; readonly headers: unknown }
      ? // A `reply()`.
        [Status] extends [ErrorStatus]
        ? never
        : Returned<Value>
      : T extends Recorded
        ? unknown
        : T extends Binary
          ? Blob
          : Json<T>;

/** A `Response` or `ctx.response`, which may hold anything. */
type Recorded = { readonly bodyUsed: boolean } | { readonly sent: boolean; readonly statusCode: number };
type Binary =
  Blob | ArrayBuffer | ArrayBufferView | AsyncIterable<unknown> | ReadableStream | FormData | URLSearchParams;

/** The data of one line or event of a stream. */
export type ItemFor<R> = [PartOf<R, 'response'>] extends [never]
  ? OrUnknown<ItemOf<HandlerResult<R>>>
  : OrUnknown<ItemOf<OutputOf<Streamed<PartOf<R, 'response'>>>>>;

/** An event of a stream: one of those that have names and schemas, or any. */
export type EventFor<R> =
  EventSchemasOf<Streamed<PartOf<R, 'response'>>> extends infer Events
    ? [Events] extends [never]
      ? ServerEvent<ItemFor<R>>
      : { [Name in keyof Events & string]: ServerEvent<Json<OutputOf<Events[Name]>>, Name> }[keyof Events &
          string]
    : never;

type EventSchemasOf<S> = S extends { readonly '~content': { readonly events: infer Events } }
  ? Events
  : never;

type Streamed<S> = S extends AnySchema ? S : S extends { readonly 200: infer One } ? One : never;
// A stream of text or bytes is already encoded.
type ItemOf<T> =
  T extends AsyncIterable<infer Item> ? (Item extends string | Uint8Array ? never : Json<Item>) : never;
type OrUnknown<T> = [T] extends [never] ? unknown : T;
