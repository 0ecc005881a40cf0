export type { Json } from '@blaizejs/errors/internal';

export type { Client, ClientMethod, DataOf, ErrorOf, OptionsOf, ResultOf } from './client.ts';
export { ClientError, type ClientErrorCode } from './client-error.ts';
export { createClient } from './create-client.ts';
export type {
  CallSettings,
  ClientOptions,
  ClientRequest,
  EventOptions,
  Fetcher,
  FetchTarget,
  HeadersInput,
  RetryOptions,
  Scalar,
} from './options.ts';
export { ResponseError } from './response-error.ts';
export type {
  ErrorResult,
  ErrorStatus,
  RedirectionResult,
  ResultFor,
  SuccessResult,
  SuccessStatus,
} from './response-types.ts';
export type { ServerEvent } from './server-events.ts';
export { readEvents, readLines } from './streams.ts';
