/**
 * Every code of an error that BlaizeJS throws or answers with, and what it means. A code is stable across releases. The
 * exception is a `ListenError`, which has the code of the system.
 */
export const ERROR_CODES = {
  // Set-up and use: thrown to the code of the application.
  ERR_BLAIZE_CONFIGURATION: 'options cannot be used',
  ERR_BLAIZE_SERVER_STATE: 'a call came too early or too late for the state of the server',
  ERR_BLAIZE_CERTIFICATE: 'a key or certificate cannot be used, or is missing in production',
  ERR_BLAIZE_LOG_FILE: 'a log file cannot be opened, or what rotates it is not installed',
  ERR_BLAIZE_PLUGIN: 'a plugin failed, or is not a plugin',
  ERR_BLAIZE_PLUGIN_DEFINITION: '`createPlugin()` got no name, version or function',
  ERR_BLAIZE_ROUTE: '`addRoute()` or `mount()` got something that it cannot add',
  ERR_BLAIZE_ROUTE_CONFLICT: 'two routes serve the same method and path',
  ERR_BLAIZE_ROUTE_LOAD: 'a route file or folder does not load',
  ERR_BLAIZE_NO_FILE_SYSTEM: 'an app from `createApp()` was asked for a folder of routes',
  ERR_BLAIZE_ADAPTER: 'an adapter got something other than an app, or runs on another platform than its own',
  ERR_BLAIZE_LEFT_OUT: 'code of the app uses a part of the framework that its build has left out',
  ERR_BLAIZE_LAMBDA_EVENT: 'a Lambda function was invoked with something other than an HTTP request',
  ERR_BLAIZE_LAMBDA_RESPONSE: 'an answer is larger than Lambda allows',
  ERR_BLAIZE_MIDDLEWARE: 'a value is used as middleware that is not middleware',
  ERR_BLAIZE_MIDDLEWARE_OPTIONS: 'Options of a built-in middleware are wrong',
  ERR_BLAIZE_NEXT_TWICE: 'a middleware called `next()` twice',
  ERR_BLAIZE_NEXT_NOT_AWAITED:
    'an async middleware ended before the promise of its `next()`; in development only',
  ERR_BLAIZE_NEXT_LATE: '`next()` was called after its middleware had ended; in development only',
  ERR_BLAIZE_NO_CONTEXT: '`useContext()` was called outside of a request',
  ERR_BLAIZE_BODY_READ: 'the body of a request was read a second time',
  ERR_BLAIZE_EVENT:
    'a server-sent event, an event of a channel or a member of a presence has a name, id or data that cannot be sent',
  ERR_BLAIZE_TUNNEL: 'a tunnel was accepted twice, or after an answer',
  ERR_BLAIZE_WEBSOCKET_MESSAGE: 'a message for a WebSocket does not fit its schema, or cannot be encoded',
  ERR_BLAIZE_WEBSOCKET_REQUEST:
    'a request over a WebSocket was not sent: there are too many, or its data cannot be sent',
  ERR_BLAIZE_WEBSOCKET_REPLY:
    'the answer to a request over a WebSocket does not fit its schema, or is not valid',
  ERR_BLAIZE_WEBSOCKET_LOST: 'a WebSocket ended before a request over it was answered',
  ERR_BLAIZE_WEBSOCKET_TIMEOUT: 'a request over a WebSocket was not answered in time',
  ERR_BLAIZE_WEBSOCKET_ABORTED: 'the `signal` of a request over a WebSocket was aborted',
  ERR_BLAIZE_RESPONSE_SENT: 'a response was changed after it was sent',
  ERR_BLAIZE_RESPONSE_HEADER_TOO_LARGE:
    'the header of a response is larger than HTTP/2 can send; the client got 500',
  ERR_BLAIZE_RESPONSE_SCHEMA: 'the response schema of the route rejects an answer; the client got 500',
  ERR_BLAIZE_RESPONSE_VALUE: 'a route answered with a value that cannot be sent',
  ERR_BLAIZE_STREAM_CHUNK: 'a response stream produced something other than strings and bytes',
  ERR_BLAIZE_CONTENT_LENGTH: 'a response stream produced more or less than its `content-length`',
  ERR_BLAIZE_STREAM_CLOSED: 'a response stream was destroyed before its end',
  ERR_BLAIZE_FILE_CHANGED: 'a file was changed while it was sent; the client got a part of it',
  ERR_BLAIZE_SESSION_SENT: 'a session was changed after its answer was sent',
  ERR_BLAIZE_SESSION_VALUE: 'a session was given something that is not JSON, or that its schema rejects',
  ERR_BLAIZE_SESSION_TOO_LARGE: 'a session does not fit into a cookie; the client got 500',
  ERR_BLAIZE_REQUEST_ABORTED: 'the client left before its body was complete',
  ERR_BLAIZE_ABORTED: 'an answer in process (`server.fetch()`) was broken off',
  ERR_BLAIZE_OPENAPI:
    'routes cannot be described as they are: names clash, or an example does not fit its schema',
  ERR_BLAIZE_TEMPLATE: 'a template has a value where none is safe, or a template file cannot be used',
  ERR_BLAIZE_FLASH: 'a message of `flash()` is too long, or came after the answer was sent',
  ERR_BLAIZE_CSRF_TOKEN: 'a token of `csrf()` was asked for too late, or `session` is not a string',
  ERR_BLAIZE_AUTH_PASSWORD_HASH: 'what is stored as a password hash is not one of `hashPassword()`',

  // Caches.
  ERR_BLAIZE_CACHE_KEY: 'the key of a value in a cache is not valid or too long',
  ERR_BLAIZE_CACHE_VALUE: 'a value cannot be kept in a cache, because JSON would change it',
  ERR_BLAIZE_CACHE_STORE: 'a cache could not write or purge, because its store failed or took too long',
  ERR_BLAIZE_CACHE_TIMEOUT: 'a value for a cache took longer to load than it may',
  // Jobs.
  ERR_BLAIZE_JOB_PAYLOAD: 'the payload or report of a job is refused by its schema, too large, or not JSON',
  ERR_BLAIZE_JOB_STORE: 'the store of jobs failed or took too long',
  ERR_BLAIZE_JOB_TIMEOUT: 'a job took longer than its `timeout`',
  ERR_BLAIZE_JOB_ABORTED: 'a job was stopped, because the server stops or another process may run it',
  ERR_BLAIZE_JOB_PERMANENT: 'a handler says that another attempt at its job would not help',
  ERR_BLAIZE_JOB_RETRY: 'a handler says when its job is to be tried again',
  ERR_BLAIZE_JOBS_CLOSED: 'a queue was used before the server started, or after it stopped',
  // The configuration of an app.
  ERR_BLAIZE_CLUSTER: 'a cluster of workers did not start or reload',
  ERR_BLAIZE_ENV: 'variables that `env()` reads are missing or wrong',
  ERR_BLAIZE_CONFIG: 'the configuration that `loadConfig()` reads is wrong',
  ERR_BLAIZE_CONFIG_SOURCE: 'etcd, Consul or an HTTP server did not give the configuration',
  ERR_BLAIZE_DISCOVERY:
    'the instances of a service could not be looked up, or the server could not be registered',

  // The command line.
  ERR_BLAIZE_CLI: 'a command could not do its work',
  ERR_BLAIZE_CLI_USAGE: 'a command or flag was not understood',

  // The client.
  ERR_BLAIZE_CLIENT_NETWORK: 'there was no connection to the server, or it broke',
  ERR_BLAIZE_CLIENT_TIMEOUT: 'a call took longer than its `timeout`',
  ERR_BLAIZE_CLIENT_ABORTED: 'the `signal` of a call was aborted',
  ERR_BLAIZE_CLIENT_REQUEST: 'a call or the options of a client have something that cannot be sent',
  ERR_BLAIZE_CLIENT_RESPONSE:
    'an answer has no data: a redirect, bad JSON, or another media type than was asked for',
  ERR_BLAIZE_CLIENT_RESPONSE_LIMIT: 'an answer, or a line or event in it, is larger than `responseLimit`',
  ERR_BLAIZE_CLIENT_STATUS: 'an answer has an error status, and no code of its own',

  // Answers: the `code` of problem details.
  ERR_BLAIZE_BAD_REQUEST: 'the request cannot be understood',
  ERR_BLAIZE_VALIDATION: 'the schemas of the route reject a part of the request',
  ERR_BLAIZE_UNAUTHORIZED: 'the client has not authenticated',
  ERR_BLAIZE_FORBIDDEN: 'the client is not allowed to do this',
  ERR_BLAIZE_CSRF: 'a page of another site, or one that hides where it is, wants to change something here',
  ERR_BLAIZE_WEBSOCKET_HANDSHAKE: 'the request is no valid handshake of a WebSocket',
  ERR_BLAIZE_WEBSOCKET_ORIGIN: 'a page of another site wants to open a WebSocket',
  ERR_BLAIZE_NOT_FOUND: 'nothing is at this path, or nothing answered',
  ERR_BLAIZE_METHOD_NOT_ALLOWED: 'the path exists, but not with this method',
  ERR_BLAIZE_NOT_ACCEPTABLE:
    'there is no answer of a type that `Accept` names, or in a coding that `Accept-Encoding` names',
  ERR_BLAIZE_REQUEST_TIMEOUT: 'the request took longer to arrive than `headersTimeout` or `requestTimeout`',
  ERR_BLAIZE_CONFLICT: 'the request conflicts with the current state',
  ERR_BLAIZE_PRECONDITION_FAILED: 'a condition of the request, such as `If-Match`, does not hold',
  ERR_BLAIZE_RANGE_NOT_SATISFIABLE: '`Range` asks for a part that the file does not have',
  ERR_BLAIZE_PAYLOAD_TOO_LARGE: 'the body is larger than `bodyLimit`',
  ERR_BLAIZE_URI_TOO_LONG: 'a URL or parameter is longer than `maxUrlLength` or `maxParamLength`',
  ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE: 'a content type, charset or coding is not supported',
  ERR_BLAIZE_EXPECTATION_FAILED: '`Expect` asks for something other than `100-continue`',
  ERR_BLAIZE_MISDIRECTED_REQUEST: 'the server does not serve the host that the request names',
  ERR_BLAIZE_UNPROCESSABLE_ENTITY: 'the request is well-formed, but cannot be processed',
  ERR_BLAIZE_UPGRADE_REQUIRED: 'only WebSockets of version 13 are served here',
  ERR_BLAIZE_TOO_MANY_REQUESTS: 'the client sent too many requests',
  ERR_BLAIZE_REQUEST_HEADER_FIELDS_TOO_LARGE: 'the header exceeds `maxHeaderSize` or `maxHeadersCount`',
  ERR_BLAIZE_MULTIPART_MALFORMED: 'a form with files (`multipart/form-data`) is not valid, or was cut off',
  ERR_BLAIZE_MULTIPART_LIMIT: 'a form with files exceeds one of the limits of `@blaizejs/multipart`',
  ERR_BLAIZE_MULTIPART_TYPE: 'the content of an uploaded file is not of the type that it is declared as',
  ERR_BLAIZE_AUTH_CREDENTIALS: 'the password, token or API key of a request is not valid',
  ERR_BLAIZE_AUTH_SCOPE: 'the token or API key of a request lacks a scope that the route needs',
  ERR_BLAIZE_AUTH_BUSY: 'too many passwords are being checked at the same time',
  ERR_BLAIZE_AUTH_KEY_SERVER: 'the keys that tokens are checked with cannot be fetched from their `jwksUrl`',
  ERR_BLAIZE_AUTH_LOGIN:
    'what came back from a provider belongs to no sign-in, was used before or came too late',
  ERR_BLAIZE_AUTH_LOGIN_DENIED: 'the provider, or the person there, has refused a sign-in',
  ERR_BLAIZE_AUTH_TOKENS: 'there are no tokens of a provider any more for the user',
  ERR_BLAIZE_AUTH_PROVIDER: 'a provider of OpenID Connect is away, too slow or broken',
  ERR_BLAIZE_INTERNAL_SERVER_ERROR: 'the server has a fault',
  ERR_BLAIZE_NOT_IMPLEMENTED: 'HTTP does not define this method or coding, or the server does not support it',
  ERR_BLAIZE_BAD_GATEWAY: 'a service that the app calls cannot be reached',
  ERR_BLAIZE_SERVICE_UNAVAILABLE:
    'there was no answer within `handlerTimeout`, or the app is unavailable for now',
  ERR_BLAIZE_RATE_LIMIT_STORE: 'the store of a rate limit is away, and `onStoreError` is `closed`',
  ERR_BLAIZE_OVERLOADED: 'the server has more to do than it can, and `loadShed()` refuses a part',
  ERR_BLAIZE_EVENT_LOG: 'the log of the events that a client wants to follow cannot be reached',
  ERR_BLAIZE_SESSION_STORE: 'the store of sessions failed, or took longer than `storeTimeout`',
  ERR_BLAIZE_DEADLINE: 'the time was over that the caller gave in the header that `deadlineHeader` names',
  ERR_BLAIZE_GATEWAY_TIMEOUT: 'a service that the app calls did not answer in time',
  ERR_BLAIZE_HTTP_VERSION_NOT_SUPPORTED:
    'the request is in another version of HTTP than the connection speaks',
} satisfies Readonly<Record<`ERR_BLAIZE_${string}`, string>>;

/** A code of BlaizeJS; {@link ERROR_CODES} says what each means. */
export type BlaizeErrorCode = keyof typeof ERROR_CODES;
