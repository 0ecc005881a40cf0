export { createClient, type ClientOptions, type TestClient } from './client.ts';
export { createTestContext, type TestContextOptions } from './create-test-context.ts';
export { inject, type RequestOptions } from './inject.ts';
export { startTestServer, type TestServer } from './start-test-server.ts';
export type {
  Context,
  ContextRequest,
  ContextResponse,
  Logger,
  PathParams,
  QueryParams,
  RouteInfo,
  Services,
  State,
} from '@blaizejs/types';
