import type { Readable } from 'node:stream';

import type { HeaderValue } from './http.ts';
import type { RecordedResponse } from './response.ts';
import type { AnySchema, Schema, SchemaInput } from './schema.ts';

/** The schemas of answers by status; `null` for a status without content (RFC 9110 section 6.4), such as 204. */
export type ResponseMap = Readonly<Record<number, Schema | null>>;

/** As {@link ResponseMap}, where the compiler infers one. */
export type AnyResponseMap = Readonly<Record<number, AnySchema | null>>;

/** An answer with its status, as `reply()` makes it. */
export interface Reply<Status extends number = number, Value = unknown> {
  readonly status: Status;
  readonly value: Value;
  readonly headers: Readonly<Record<string, HeaderValue>> | undefined;
}

type Success = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;

// The other statuses; TypeScript has no type for a range.
type Other =
  | (300 | 301 | 302 | 303 | 304 | 305 | 307 | 308)
  | (400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415 | 416)
  | (417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451)
  | (500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511);

/** The possible answers by status: from one schema, which is for every 2xx, or from one by status. Anything without a schema. */
export type RepliesOf<R> = R extends AnySchema
  ? { '2xx': SchemaInput<R>; default: unknown }
  : R extends AnyResponseMap
    ? { [Status in keyof R]: R[Status] extends AnySchema ? SchemaInput<R[Status]> : null }
    : unknown;

/** The possible statuses. */
export type StatusOf<Replies> = [Replies] extends [object]
  ? [Replies] extends [{ default: unknown }]
    ? number
    : keyof Replies & number
  : number;

/** What fits a status. */
export type ValueAt<Replies, Status extends number> = [Replies] extends [object]
  ? number extends Status
    ? PlainValue<Replies>
    : [Replies] extends [Readonly<Record<Status, infer Value>>]
      ? Value
      : [Replies] extends [{ '2xx': infer Value }]
        ? Status extends Success
          ? Value
          : unknown
        : never
  : unknown;

/** What fits if no status is named: the value of the only 2xx, or of 200. */
export type PlainValue<Replies> = [Replies] extends [object]
  ? [Replies] extends [{ '2xx': infer Value }]
    ? Value
    : [Replies] extends [{ 200: infer Value }]
      ? Value
      : OnlyOne<Extract<keyof Replies, Success>> extends infer Status extends keyof Replies
        ? Replies[Status]
        : never
  : unknown;

/** An answer that no schema describes. */
export type FreeAnswer = Response | RecordedResponse;
/** An answer beside those of a schema for every 2xx. */
export type OtherAnswer = FreeAnswer | Reply<Other>;
/** A reply with a 2xx. */
export type SuccessReply<Value> = Reply<Success, Value>;

/** The replies that fit. */
export type ReplyOf<Replies> = [Replies] extends [object]
  ? [Replies] extends [{ '2xx': infer Value }]
    ? Reply<Success, Immutable<Value>> | Reply<Other>
    : {
        [Status in keyof Replies & number]: Reply<Status, Immutable<Replies[Status]>>;
      }[keyof Replies & number]
  : Reply;

// What is returned is inferred as it was written, so that `status: 'ok'` fits `z.literal('ok')`; lists are then readonly.
// Lists are spelled out, because the compiler would follow a mapped one for ever in types such as JSON's.
export type Immutable<T> = T extends object
  ? T extends readonly unknown[]
    ? number extends T['length']
      ? readonly Immutable<T[number]>[]
      : { readonly [K in keyof T]: Immutable<T[K]> }
    : // Spelled out, it could not be named in declarations, as Node's types give it symbols that nothing exports.
      T extends Readable
      ? T
      : { readonly [K in keyof T]: Immutable<T[K]> }
  : T;

type OnlyOne<T> = [T] extends [never] ? never : IsUnion<T> extends true ? never : T;
type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;
