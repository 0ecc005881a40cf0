import type { LambdaContext, LambdaHttpEvent } from '../src/lambda.ts';

/**
 * An event of an HTTP API in payload format 2.0, with the members that the API Gateway developer guide lists ("Working with
 * AWS Lambda proxy integrations for HTTP APIs").
 */
export function httpApiEvent(changes: EventChanges = {}): LambdaHttpEvent {
  return changed(
    {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/my/path',
      rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
      cookies: ['cookie1', 'cookie2=2'],
      headers: { header1: 'value1', header2: 'value1,value2' },
      queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'api-id',
        authentication: { clientCert: { subjectDN: 'www.example.com', serialNumber: 'a1:a1' } },
        authorizer: { jwt: { claims: { claim1: 'value1', claim2: 'value2' }, scopes: ['scope1', 'scope2'] } },
        domainName: 'id.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'id',
        http: {
          method: 'GET',
          path: '/my/path',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.1',
          userAgent: 'agent',
        },
        requestId: 'id',
        routeKey: '$default',
        stage: '$default',
        time: '12/Mar/2020:19:03:58 +0000',
        timeEpoch: 1583348638390,
      },
      pathParameters: { parameter1: 'value1' },
      isBase64Encoded: false,
      stageVariables: { stageVariable1: 'value1', stageVariable2: 'value2' },
    },
    changes,
  );
}

/** An event of a function URL, with the members that the Lambda developer guide lists ("Request payload format"). */
export function functionUrlEvent(changes: EventChanges = {}): LambdaHttpEvent {
  return changed(
    {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/my/path',
      rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
      cookies: ['cookie1', 'cookie2'],
      headers: {
        header1: 'value1',
        header2: 'value1,value2',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-proto': 'https',
      },
      queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'url-id',
        authentication: null,
        authorizer: { iam: { accessKey: 'AKIA...', accountId: '111122223333', callerId: 'AIDA...' } },
        domainName: 'url-id.lambda-url.us-west-2.on.aws',
        domainPrefix: 'url-id',
        http: {
          method: 'GET',
          path: '/my/path',
          protocol: 'HTTP/1.1',
          sourceIp: '123.123.123.123',
          userAgent: 'agent',
        },
        requestId: 'id',
        routeKey: '$default',
        stage: '$default',
        time: '12/Mar/2020:19:03:58 +0000',
        timeEpoch: 1583348638390,
      },
      body: null,
      pathParameters: null,
      isBase64Encoded: false,
      stageVariables: null,
    },
    changes,
  );
}

interface EventMembers {
  readonly requestContext: { readonly http: object; readonly [name: string]: unknown };
  readonly [name: string]: unknown;
}

interface EventChanges {
  readonly method?: string;
  readonly domainName?: string;
  readonly sourceIp?: string;
  readonly event?: Readonly<Record<string, unknown>>;
}

function changed(
  event: EventMembers,
  { method, domainName, sourceIp, event: members }: EventChanges,
): LambdaHttpEvent {
  const { requestContext } = event;
  const http = { ...requestContext.http, ...(method && { method }), ...(sourceIp && { sourceIp }) };
  return {
    ...event,
    requestContext: { ...requestContext, http, ...(domainName !== undefined && { domainName }) },
    ...members,
  } as unknown as LambdaHttpEvent;
}

/** The context of an invocation. */
export function lambdaContext(): LambdaContext {
  return {
    awsRequestId: '8f507cfc-xmpl-4697-b07a-ac58fc914c95',
    functionName: 'my-function',
    invokedFunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:my-function',
    getRemainingTimeInMillis: () => 3000,
    callbackWaitsForEmptyEventLoop: true,
  };
}
