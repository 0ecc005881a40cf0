import type { CallSettings, FetchBody, HeadersInput, Scalar } from './options.ts';
import type { AnySchema, InputOf, NamesIn, PartOf } from './route-types.ts';

type Value = Exclude<Scalar, undefined>;

// What coerces its input takes `unknown`; what has a form as text is meant. As a branch, it has no name that editors would show.
type Texts<T> = T extends unknown
  ? { readonly [K in keyof T]: unknown extends T[K] ? ({} extends Pick<T, K> ? Scalar : Value) : T[K] }
  : never;

/** An option that is left out if it may be. */
type Option<Name extends string, T> = {} extends T
  ? { readonly [N in Name]?: T | undefined }
  : { readonly [N in Name]: T };

/** The options of a call to a route. */
export type RequestOptions<R, Method, Path extends string> = Params<PartOf<R, 'params'>, NamesIn<Path>> &
  Query<PartOf<R, 'query'>> &
  Headings<PartOf<R, 'headers'>> &
  Body<PartOf<R, 'body'>, Method> &
  CallSettings;

type Params<S, Names extends string> = [S] extends [never]
  ? [Names] extends [never]
    ? {}
    : { readonly params: { readonly [N in Names]: string } }
  : Option<'params', Complete<Texts<InputOf<S>>, Names>>;

// A schema may leave out parameters that the path has.
type Complete<T, Names extends string> = [Exclude<Names, keyof T>] extends [never]
  ? T
  : T & { readonly [N in Exclude<Names, keyof T>]: string };

type Query<S> = [S] extends [never]
  ? { readonly query?: { readonly [name: string]: Scalar | readonly Scalar[] } | undefined }
  : Option<'query', Texts<InputOf<S>>>;

type Headings<S> = [S] extends [never]
  ? { readonly headers?: HeadersInput | undefined }
  : Option<'headers', Texts<InputOf<S>> & { readonly [name: string]: Value | undefined }>;

type Body<S, Method> = [S] extends [never]
  ? Method extends 'GET' | 'HEAD'
    ? {}
    : { readonly body?: unknown; readonly contentType?: string | undefined }
  : S extends AnySchema
    ? Content<InputOf<S>> & { readonly contentType?: string | undefined }
    : {
        [Type in keyof S & string]: Content<InputOf<S[Type]> | FormOf<Type>> & ContentType<Type>;
      }[keyof S & string];

type Content<T> = undefined extends T ? { readonly body?: T } : { readonly body: T };

// JSON is what is sent if nothing is said.
type ContentType<Type extends string> = Type extends 'application/json'
  ? { readonly contentType?: Type | undefined }
  : { readonly contentType: Type };

type FormOf<Type extends string> = Type extends `multipart/${string}`
  ? FormData
  : Type extends 'application/x-www-form-urlencoded'
    ? URLSearchParams
    : Type extends `${string}json`
      ? never
      : FetchBody;

/** The last arguments of a call: the options may be left out if nothing in them is required. */
export type OptionsArguments<Options> = {} extends Options ? [options?: Options] : [options: Options];
