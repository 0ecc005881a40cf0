export { createApp } from '@blaizejs/app';
export type { AppOptions, RouterOptions } from '@blaizejs/app';
export { content, events, ndjson, reply, useContext } from '@blaizejs/context';
export {
  BadRequestError,
  BlaizeError,
  CertificateError,
  ConfigurationError,
  ConflictError,
  ForbiddenError,
  HttpError,
  InternalServerError,
  ListenError,
  MethodNotAllowedError,
  NotAcceptableError,
  NotFoundError,
  NotImplementedError,
  PayloadTooLargeError,
  PluginError,
  RequestTimeoutError,
  RouteConflictError,
  RouteLoadError,
  ServerStateError,
  ServiceUnavailableError,
  TooManyRequestsError,
  UnauthorizedError,
  UnprocessableContentError,
  UnsupportedMediaTypeError,
  ValidationError,
} from '@blaizejs/errors';
export type {
  BlaizeErrorCode,
  ConfigurationProblem,
  FieldIssue,
  HttpErrorOptions,
  ProblemDetails,
} from '@blaizejs/errors';
export { compose, createMiddleware } from '@blaizejs/middleware';
export type { ComposedMiddleware, MiddlewareOptions } from '@blaizejs/middleware';
export { createPlugin } from '@blaizejs/plugins';
export type { ConfigurablePlugin, PluginFactory, SetupResult } from '@blaizejs/plugins';
export {
  createDeleteRoute,
  createGetRoute,
  createHeadRoute,
  createOptionsRoute,
  createPatchRoute,
  createPostRoute,
  createPutRoute,
  createRoutes,
} from '@blaizejs/router';
export type { RouteMaker, RouteMakers } from '@blaizejs/router';
export { createServer } from '@blaizejs/server';
export type { Http2Options, ServerOptions } from '@blaizejs/server';
export type * from '@blaizejs/types';
