import { callback, checkOptions, is, optional, options as shape, toProblem } from '@blaizejs/errors/internal';

import { ipAddress } from './ip-address.ts';
import {
  assertHttpEvent,
  type LambdaContext,
  type LambdaHttpEvent,
  type LambdaPlatform,
} from './lambda/event.ts';
import { toRequest } from './lambda/request.ts';
import { type LambdaResult, toResult } from './lambda/result.ts';
import { lambdaRuntime, type StreamingHandler, writeTo } from './lambda/stream.ts';
import { type PortableApp, start } from './portable-app.ts';

export type { LambdaContext, LambdaHttpEvent, LambdaPlatform } from './lambda/event.ts';
export type { LambdaHead, LambdaResult } from './lambda/result.ts';
export type { StreamingHandler } from './lambda/stream.ts';

/** The options of {@link toLambda} and {@link toStreamingLambda}. */
export interface LambdaOptions {
  /**
   * The beginning of the path that routes don't have: `/prod`, if the API has a stage of that name. Default: none.
   */
  readonly basePath?: string | undefined;
  /**
   * Returns the client's IP address; what is not one is ignored. Default: the address that connected to API Gateway or the
   * function URL. Behind CloudFront that is one of CloudFront's.
   */
  readonly clientIp?: ((event: LambdaHttpEvent) => string | null | undefined) | undefined;
}

/** Answers an invocation. */
export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<LambdaResult>;

const check = shape(
  {
    basePath: optional(
      is<string>('a path like "/prod", without "/" at its end', (value) =>
        /^(?:\/[^/?#]+)+$/.test(String(value)),
      ),
    ),
    clientIp: optional(callback('(event) => string')),
  },
  'an object',
);

/**
 * Makes a Lambda function of an app, for HTTP APIs (payload format 2.0) and function URLs. It answers when the whole answer is
 * there, and the work that handlers passed to `ctx.waitUntil()` is done, because Lambda freezes a function that has answered.
 *
 * ```ts
 * export const handler = await toLambda(app);
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` for what is not an app from `createApp()`
 * @throws ConfigurationError for a wrong option
 * @throws PluginError, RouteLoadError and the like if the app does not start
 */
export async function toLambda(app: PortableApp, options: LambdaOptions = {}): Promise<LambdaHandler> {
  checkOptions(check, options);
  await start('toLambda', app);
  return (event, context) => answer(app, options, event, context, toResult);
}

/**
 * Like {@link toLambda}, for a function URL with the invoke mode `RESPONSE_STREAM`: sends each part of an answer at once, and
 * as fast as the client reads. An answer may be larger than 6 MB.
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` outside of Lambda's Node runtime; otherwise as {@link toLambda}
 */
export async function toStreamingLambda(
  app: PortableApp,
  options: LambdaOptions = {},
): Promise<StreamingHandler> {
  checkOptions(check, options);
  const runtime = lambdaRuntime();
  await start('toStreamingLambda', app);
  return runtime.streamifyResponse((event, stream, context) => {
    // Otherwise an open connection to a database would keep the invocation going until its timeout.
    context.callbackWaitsForEmptyEventLoop = false;
    return answer(app, options, event, context, (response) => writeTo(stream, response, runtime));
  });
}

async function answer<T>(
  app: PortableApp,
  { basePath = '', clientIp = sourceIp }: LambdaOptions,
  event: unknown,
  context: LambdaContext,
  send: (response: Response) => Promise<T>,
): Promise<T> {
  assertHttpEvent(event);
  const work = new Set<Promise<unknown>>();
  let request;
  try {
    request = toRequest(event, basePath);
  } catch (error) {
    return send(refusal(error, context));
  }
  try {
    const platform: LambdaPlatform = { event, context };
    const response = await app.fetch(request, {
      remoteAddress: ipAddress(clientIp(event)),
      waitUntil: (promise) => work.add(promise),
      platform,
    });
    return await send(response);
  } finally {
    await settled(work);
  }
}

/** Waits for work, and the work that it adds. */
async function settled(work: Set<Promise<unknown>>): Promise<void> {
  for (const promise of work) await Promise.allSettled([promise]);
}

function sourceIp({ requestContext }: LambdaHttpEvent): string | undefined {
  return requestContext.http.sourceIp;
}

function refusal(error: unknown, { awsRequestId }: LambdaContext): Response {
  const problem = toProblem(error, { correlationId: awsRequestId, production: true });
  return Response.json(problem, {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
