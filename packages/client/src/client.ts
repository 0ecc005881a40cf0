import type { AnyCallOptions } from './options.ts';
import type { ServerEvent } from './server-events.ts';
import type { OptionsArguments, RequestOptions } from './request-types.ts';
import type { DataFor, EventFor, ItemFor, ResultFor } from './response-types.ts';

/** A client: a function for each method, with the paths that have routes for it. */
export interface Client<Routes> {
  readonly get: ClientMethod<RoutesOf<Routes, 'GET'>, 'GET'>;
  /** A server answers HEAD wherever it answers GET. */
  readonly head: ClientMethod<RoutesOf<Routes, 'HEAD'> & RoutesOf<Routes, 'GET'>, 'HEAD'>;
  readonly post: ClientMethod<RoutesOf<Routes, 'POST'>, 'POST'>;
  readonly put: ClientMethod<RoutesOf<Routes, 'PUT'>, 'PUT'>;
  readonly patch: ClientMethod<RoutesOf<Routes, 'PATCH'>, 'PATCH'>;
  readonly delete: ClientMethod<RoutesOf<Routes, 'DELETE'>, 'DELETE'>;
  readonly options: ClientMethod<RoutesOf<Routes, 'OPTIONS'>, 'OPTIONS'>;
}

/** Calls the routes of one method. */
export interface ClientMethod<Routes, Method = string> {
  /**
   * Gives the data of a 2xx: what JSON says, text, a `Blob`, or undefined if there is none.
   *
   * @throws ResponseError for an error status; ClientError if there is no answer that can be used
   */
  <Path extends keyof Routes & string>(
    path: Path,
    ...options: ArgumentsOf<Routes, Method, Path>
  ): Promise<DataAt<Routes, Method, Path>>;

  /** Gives the answer with its status, whatever that is. @throws ClientError if there is no answer that can be used */
  result<Path extends keyof Routes & string>(
    path: Path,
    ...options: ArgumentsOf<Routes, Method, Path>
  ): Promise<ResultAt<Routes, Method, Path>>;

  /**
   * Gives a 2xx as soon as its head is there: its body has not been read, and `timeout` no longer counts. For downloads.
   *
   * @throws as without `.response`
   */
  response<Path extends keyof Routes & string>(
    path: Path,
    ...options: ArgumentsOf<Routes, Method, Path>
  ): Promise<Response>;

  /** For `readLines()` and `readEvents()`. @internal */
  readonly '~call': (path: string, options?: AnyCallOptions) => unknown;
  /** Carries `Routes`; never set. @internal */
  readonly '~routes'?: Routes;
}

/** The routes of one method. */
type RoutesOf<Routes, Method extends string> = Method extends keyof Routes ? Routes[Method] : {};

// `extends infer` hides what is behind it until the path is known. While the compiler infers that, it looks at the constraints of
// all types that have it in them: that would resolve all routes for each call. For the same reason, a path that does not exist,
// or that an editor is completing, has the type of no route.

export type ArgumentsOf<Routes, Method, Path extends keyof Routes & string, More = unknown> = (
  IsAny<Routes, Path> extends true
    ? [options?: AnyCallOptions]
    : OptionsArguments<RequestOptions<Routes[Path], Method, Path> & More>
) extends infer Arguments extends [options?: unknown]
  ? Arguments
  : never;

export type DataAt<Routes, Method, Path extends keyof Routes> = (
  IsAny<Routes, Path> extends true ? unknown : DataFor<Routes[Path], Method>
) extends infer Data
  ? Data
  : never;

export type ResultAt<Routes, Method, Path extends keyof Routes> = (
  IsAny<Routes, Path> extends true ? unknown : ResultFor<Routes[Path], Method>
) extends infer Result
  ? Result
  : never;

export type ItemAt<Routes, Path extends keyof Routes> = (
  IsAny<Routes, Path> extends true ? unknown : ItemFor<Routes[Path]>
) extends infer Item
  ? Item
  : never;

export type EventAt<Routes, Path extends keyof Routes> = (
  IsAny<Routes, Path> extends true ? ServerEvent : EventFor<Routes[Path]>
) extends infer Event
  ? Event
  : never;

/** Whether a path stands for all of them, because the compiler does not know which it is. */
type IsAny<Routes, Path> = [keyof Routes & string] extends [Path] ? IsUnion<Path> : false;
type IsUnion<T, Whole = T> = true extends (T extends unknown ? ([Whole] extends [T] ? false : true) : never)
  ? true
  : false;

/** The options of a call: `OptionsOf<Routes, 'GET', '/users/[id]'>`. */
export type OptionsOf<
  Routes,
  Method extends keyof Routes,
  Path extends keyof Routes[Method] & string,
> = RequestOptions<Routes[Method][Path], Method, Path>;

/** The data of a route's 2xx: `DataOf<Routes, 'GET', '/users/[id]'>`. */
export type DataOf<Routes, Method extends keyof Routes, Path extends keyof Routes[Method]> = DataFor<
  Routes[Method][Path],
  Method
>;

/** The possible answers of a route by status, as `.result` gives them. */
export type ResultOf<Routes, Method extends keyof Routes, Path extends keyof Routes[Method]> = ResultFor<
  Routes[Method][Path],
  Method
>;

/** The errors that a route answers with; those of its response schemas have the type of their data. */
export type ErrorOf<Routes, Method extends keyof Routes, Path extends keyof Routes[Method]> = Extract<
  ResultFor<Routes[Method][Path], Method>,
  { readonly ok: false; readonly error: { readonly status: number } }
>['error'];
