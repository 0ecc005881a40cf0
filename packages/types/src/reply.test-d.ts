import type { Readable } from 'node:stream';

import { expectTypeOf } from 'vitest';

import type { Immutable, PlainValue, RepliesOf, Reply, ReplyOf, StatusOf, ValueAt } from './reply.ts';
import type { Schema } from './schema.ts';

type User = { id: number };
type Problem = { code: string };
type One = RepliesOf<Schema<User>>;
type Several = RepliesOf<{ 200: Schema<User>; 201: Schema<string>; 404: Schema<Problem>; 204: null }>;
type OnlyCreated = RepliesOf<{ 201: Schema<User>; 409: Schema<Problem> }>;
type No200 = RepliesOf<{ 201: Schema<User>; 202: Schema<string> }>;
type OnlyErrors = RepliesOf<{ 404: Schema<Problem> }>;

// A plain value: the only 2xx, or 200 of several; otherwise there is none.
expectTypeOf<PlainValue<One>>().toEqualTypeOf<User>();
expectTypeOf<PlainValue<Several>>().toEqualTypeOf<User>();
expectTypeOf<PlainValue<OnlyCreated>>().toEqualTypeOf<User>();
expectTypeOf<PlainValue<No200>>().toBeNever();
expectTypeOf<PlainValue<OnlyErrors>>().toBeNever();
expectTypeOf<PlainValue<RepliesOf<{ 204: null }>>>().toEqualTypeOf<null>();
expectTypeOf<PlainValue<unknown>>().toBeUnknown();

// The value of a status: one schema is for every 2xx, and leaves the others open.
expectTypeOf<ValueAt<One, 200>>().toEqualTypeOf<User>();
expectTypeOf<ValueAt<One, 201>>().toEqualTypeOf<User>();
expectTypeOf<ValueAt<One, 404>>().toBeUnknown();
expectTypeOf<ValueAt<Several, 404>>().toEqualTypeOf<Problem>();
expectTypeOf<ValueAt<Several, 204>>().toEqualTypeOf<null>();
expectTypeOf<ValueAt<Several, 500>>().toBeNever();
expectTypeOf<ValueAt<Several, 200 | 404>>().toEqualTypeOf<User | Problem>();
expectTypeOf<ValueAt<unknown, 200>>().toBeUnknown();

expectTypeOf<StatusOf<One>>().toEqualTypeOf<number>();
expectTypeOf<StatusOf<Several>>().toEqualTypeOf<200 | 201 | 204 | 404>();
expectTypeOf<StatusOf<unknown>>().toEqualTypeOf<number>();

expectTypeOf<Reply<404, { readonly code: 'x' }>>().toExtend<ReplyOf<Several>>();
expectTypeOf<Reply<204, null>>().toExtend<ReplyOf<Several>>();
expectTypeOf<Reply<404, User>>().not.toExtend<ReplyOf<Several>>();
expectTypeOf<Reply<500, Problem>>().not.toExtend<ReplyOf<Several>>();
expectTypeOf<Reply<500, Problem>>().toExtend<ReplyOf<One>>();
expectTypeOf<Reply<201, Problem>>().not.toExtend<ReplyOf<One>>();
expectTypeOf<ReplyOf<unknown>>().toEqualTypeOf<Reply>();

// A stream stays what it is: its members could not be named in declarations of an app.
expectTypeOf<Immutable<Readable>>().toEqualTypeOf<Readable>();
expectTypeOf<Immutable<{ at: string[] }>>().toEqualTypeOf<{ readonly at: readonly string[] }>();
