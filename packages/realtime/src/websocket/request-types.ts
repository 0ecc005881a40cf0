import type { Json } from '@blaizejs/errors/internal';
import type { AnySchema, Immutable, SchemaInput, SchemaOutput } from '@blaizejs/types';

import type { WebSocketRequestOptions } from './outstanding.ts';

/** One kind of request. */
export interface RequestSchema {
  /** What is asked with. Default: anything. */
  readonly data?: AnySchema | undefined;
  /** What is answered; it has to be synchronous where the server answers. Without one, the answer has no content. */
  readonly reply?: AnySchema | undefined;
  /** Whether to do it twice is as good as once, so that a client may ask again after the connection was lost. Default: false. */
  readonly idempotent?: boolean | undefined;
}

/** Kinds of requests, by their names: up to 64 letters, digits, `_`, `.`, `:`, `/` or `-`. */
export type RequestSchemas = Readonly<Record<string, RequestSchema>>;

/** A route without requests. */
export type NoRequests = Readonly<Record<never, never>>;

/** What is passed when asking. */
export type DataTo<R> = R extends { readonly data: infer S extends AnySchema }
  ? Immutable<SchemaInput<S>>
  : unknown;
/** What the other side gets, after its schema. */
export type DataFrom<R> = R extends { readonly data: infer S extends AnySchema } ? SchemaOutput<S> : unknown;
/** What is answered with. */
export type ReplyTo<R> = R extends { readonly reply: infer S extends AnySchema }
  ? Immutable<SchemaInput<S>>
  : unknown;
/** What whoever asked gets. */
export type ReplyFrom<R> = R extends { readonly reply: infer S extends AnySchema }
  ? SchemaOutput<S>
  : undefined;

/** Asks clients. */
export type Ask<Asks> = <const Name extends keyof Asks & string>(
  name: Name,
  data: DataTo<Asks[Name]>,
  options?: WebSocketRequestOptions,
) => Promise<ReplyFrom<Asks[Name]>>;

/** The listeners that answer clients. */
export type Answers<Asked, Socket> = {
  readonly [Name in keyof Asked]: (
    socket: Socket,
    data: DataFrom<Asked[Name]>,
    /** Aborts if the client gives up, and when the socket closes. */
    signal: AbortSignal,
  ) => ReplyTo<Asked[Name]> | Promise<ReplyTo<Asked[Name]>>;
};

/** The requests of a client. */
export type RequestsOfClient<Asked> = {
  readonly [Name in keyof Asked]: {
    readonly data: DataTo<Asked[Name]>;
    readonly reply: Json<ReplyFrom<Asked[Name]>>;
    readonly idempotent: Asked[Name] extends { readonly idempotent: true } ? true : false;
  };
};

/** What a client is asked. */
export type RequestsToClient<Asks> = {
  readonly [Name in keyof Asks]: {
    readonly data: Json<DataFrom<Asks[Name]>>;
    readonly reply: ReplyTo<Asks[Name]>;
  };
};
