import { expectTypeOf } from 'vitest';

import type { Json } from './json.ts';

declare const brand: unique symbol;
interface Tree {
  readonly name: string;
  readonly at: Date;
  readonly children: readonly Tree[];
}
interface JsonTree {
  readonly name: string;
  readonly at: string;
  readonly children: readonly JsonTree[];
}

expectTypeOf<Json<{ at: Date; name: string; no?: undefined; maybe?: Date | undefined }>>().toEqualTypeOf<{
  at: string;
  name: string;
  no?: undefined;
  maybe?: string | undefined;
}>();
expectTypeOf<Json<{ a: 1; method(): void; [brand]: 1; symbol: symbol }>>().toEqualTypeOf<{ a: 1 }>();
expectTypeOf<Json<{ big: bigint }>>().toEqualTypeOf<{ big: never }>();
expectTypeOf<Json<(Date | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
expectTypeOf<Json<readonly [Date, number]>>().toEqualTypeOf<readonly [string, number]>();
expectTypeOf<Json<{ kind: 'a'; at: Date } | { kind: 'b' } | null>>().toEqualTypeOf<
  { kind: 'a'; at: string } | { kind: 'b' } | null
>();
expectTypeOf<Json<Record<string, Date>>>().toEqualTypeOf<Record<string, string>>();
expectTypeOf<Json<{ toJSON(): { at: Date } }>>().toEqualTypeOf<{ at: string }>();
expectTypeOf<Json<unknown>>().toEqualTypeOf<unknown>();
expectTypeOf<Json<string & { readonly [brand]: 'Id' }>>().toEqualTypeOf<
  string & { readonly [brand]: 'Id' }
>();

// It ends, however deep a type is.
expectTypeOf<Json<Tree>>().toExtend<JsonTree>();
expectTypeOf<JsonTree>().toExtend<Json<Tree>>();
expectTypeOf<Json<Tree>['children'][0]['children'][0]['at']>().toEqualTypeOf<string>();
