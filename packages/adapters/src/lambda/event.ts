import { BlaizeError } from '@blaizejs/errors';
import { isObject } from '@blaizejs/errors/internal';

/**
 * An HTTP request as Lambda gets it from an HTTP API of API Gateway, or from a function URL: payload format 2.0. Of each
 * event, only what is read here has a type.
 */
export interface LambdaHttpEvent {
  readonly version: '2.0';
  readonly routeKey?: string;
  /** Percent-encoded by a function URL, decoded by an HTTP API. */
  readonly rawPath: string;
  /** Without `?`; always encoded. */
  readonly rawQueryString?: string;
  /** Each `name=value`. */
  readonly cookies?: readonly string[];
  /** Names in lower case; several values are joined with commas. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly stageVariables?: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly domainName?: string;
    readonly requestId?: string;
    readonly stage?: string;
    /** What an authorizer has found out: claims of a JWT, IAM identity. */
    readonly authorizer?: unknown;
    readonly http: {
      readonly method: string;
      readonly path?: string;
      readonly protocol?: string;
      readonly sourceIp?: string;
      readonly userAgent?: string;
    };
  };
}

/** The second argument of a Lambda function. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName?: string;
  readonly invokedFunctionArn?: string;
  getRemainingTimeInMillis(): number;
  callbackWaitsForEmptyEventLoop?: boolean;
}

/** What `ctx.platform` is in a Lambda function. */
export interface LambdaPlatform {
  readonly event: LambdaHttpEvent;
  readonly context: LambdaContext;
}

const BASE64 = /^[\w+/-]*={0,2}$/;

/** @throws BlaizeError `ERR_BLAIZE_LAMBDA_EVENT` for anything but an HTTP request in payload format 2.0 */
export function assertHttpEvent(event: unknown): asserts event is LambdaHttpEvent {
  const problem = problemWith(event);
  if (problem === undefined) return;
  throw new BlaizeError('ERR_BLAIZE_LAMBDA_EVENT', `The function was invoked with ${problem}`);
}

function problemWith(event: unknown): string | undefined {
  if (!isObject(event)) return `${event === null ? 'null' : typeof event}, not with an HTTP event.`;
  if ('httpMethod' in event) {
    return 'payload format 1.0, of a REST API, a load balancer, or an HTTP API that is set to it. Use an HTTP API with payload format 2.0, or a function URL.';
  }
  const { version, rawPath, rawQueryString, requestContext } = event;
  const http = isObject(requestContext) ? requestContext['http'] : undefined;
  const isText = (value: unknown): boolean => value == null || typeof value === 'string';
  if (
    version !== '2.0' ||
    typeof rawPath !== 'string' ||
    !isText(rawQueryString) ||
    !isObject(http) ||
    typeof http['method'] !== 'string'
  ) {
    const keys = Object.keys(event).slice(0, 10).join(', ');
    return `an event that is not an HTTP request in payload format 2.0; its keys: ${keys || 'none'}. Handle other events in a function of their own.`;
  }
  const { headers, cookies, body, isBase64Encoded } = event;
  if (!isText(body)) return 'an HTTP event whose body is not a string.';
  // Guessing would give the app another body than the client has sent.
  if (isBase64Encoded != null && typeof isBase64Encoded !== 'boolean') {
    return 'an HTTP event whose isBase64Encoded is not a boolean.';
  }
  if (isBase64Encoded === true && typeof body === 'string' && !BASE64.test(body)) {
    return 'an HTTP event whose body is not base64, although isBase64Encoded is true.';
  }
  if (headers != null && !isObject(headers)) return 'an HTTP event whose headers are not an object.';
  // A header that is left out could be the one that restricts the request.
  const wrong = Object.entries(headers ?? {}).find(([, value]) => !isText(value));
  if (wrong) return `an HTTP event whose header ${JSON.stringify(wrong[0])} is not a string.`;
  if (cookies != null && !(Array.isArray(cookies) && cookies.every((cookie) => typeof cookie === 'string'))) {
    return 'an HTTP event whose cookies are not a list of strings.';
  }
  return undefined;
}
