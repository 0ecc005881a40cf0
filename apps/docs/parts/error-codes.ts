import type { BlaizeErrorCode } from '@blaizejs/errors';

/** What to do about each code. A code without an entry does not compile. */
const REMEDIES: Readonly<Record<BlaizeErrorCode, string>> = {
  ERR_BLAIZE_CONFIGURATION:
    'read the message: it lists every problem and what was expected; `problems` has them as data',
  ERR_BLAIZE_SERVER_STATE:
    'call `listen()` once; after `close()`, create a new server. `server.state` tells you where it is',
  ERR_BLAIZE_CERTIFICATE: 'look at the file that `file` names: see [certificates](/guides/ssl)',
  ERR_BLAIZE_LOG_FILE: 'the message names the file and says why; see [files](/guides/logging#files)',
  ERR_BLAIZE_PLUGIN: 'the message names the plugin and the stage; `cause` is what it threw',
  ERR_BLAIZE_PLUGIN_DEFINITION: 'pass all three',
  ERR_BLAIZE_ROUTE_CONFLICT:
    'change or remove one of the two that the message names, or give one a [constraint](/guides/router#constraints). `[id].ts` and `[name].ts` in one folder have the same path',
  ERR_BLAIZE_ROUTE_LOAD: '`file` names the file; the message says where and why',
  ERR_BLAIZE_NO_FILE_SYSTEM:
    'build the app with `blaize build --target`, add the routes in code, or use `createServer()`. See [other runtimes](/guides/runtimes)',
  ERR_BLAIZE_ADAPTER: 'read the message. See [other runtimes](/guides/runtimes)',
  ERR_BLAIZE_LEFT_OUT:
    'write the name that the message mentions out in the code, and build again: see [other runtimes](/guides/runtimes#size)',
  ERR_BLAIZE_LAMBDA_EVENT: 'use an HTTP API with payload format 2.0, or a function URL',
  ERR_BLAIZE_LAMBDA_RESPONSE: 'stream the answer with `toStreamingLambda()`, or send a part of it',
  ERR_BLAIZE_ROUTE: 'pass a method in capitals, a pattern that begins with `/`, and a route with a handler',
  ERR_BLAIZE_MIDDLEWARE:
    'pass a function `(ctx, next)` or the result of `createMiddleware()`; combine a list with `compose()`',
  ERR_BLAIZE_MIDDLEWARE_OPTIONS: 'read the message: it lists every problem and what was expected',
  ERR_BLAIZE_NEXT_TWICE:
    'call it once in the middleware that the message names, and `return` after an early answer',
  ERR_BLAIZE_NEXT_NOT_AWAITED: 'write `await next()` or `return next()`',
  ERR_BLAIZE_NEXT_LATE: 'await, in the middleware, the work that calls `next()`',
  ERR_BLAIZE_NO_CONTEXT: 'call it in a handler or below, or use `tryUseContext()`',
  ERR_BLAIZE_BODY_READ: "keep the result of the first read; `stream()` can't be combined with other readers",
  ERR_BLAIZE_EVENT: 'send data that matches the schema, and ids without line breaks',
  ERR_BLAIZE_TUNNEL: "accept it once, and don't answer the request as well",
  ERR_BLAIZE_WEBSOCKET_REQUEST: 'wait for answers before you ask more; the message says what cannot be sent',
  ERR_BLAIZE_WEBSOCKET_REPLY:
    'answer with what the schema `reply` accepts; the message says what does not fit',
  ERR_BLAIZE_WEBSOCKET_LOST:
    'ask again if that does no harm, with `again`; otherwise find out first what was done',
  ERR_BLAIZE_WEBSOCKET_TIMEOUT: 'set a longer `timeout`, or find out what takes so long',
  ERR_BLAIZE_WEBSOCKET_ABORTED: 'nothing: your code has aborted it',
  ERR_BLAIZE_WEBSOCKET_MESSAGE: 'send what the schema accepts; the message says what does not fit',
  ERR_BLAIZE_RESPONSE_SENT: 'change it before the handler and all middleware end. Is an `await` missing?',
  ERR_BLAIZE_RESPONSE_HEADER_TOO_LARGE:
    'shorten the largest header, which the message names, or send the data in the body',
  ERR_BLAIZE_RESPONSE_SCHEMA: 'change the answer or the schema; the message names the route and the fields',
  ERR_BLAIZE_RESPONSE_VALUE: 'send what the message suggests, such as `Object.fromEntries(map)` for a `Map`',
  ERR_BLAIZE_STREAM_CHUNK: 'turn objects into text first, such as one line of JSON each',
  ERR_BLAIZE_CONTENT_LENGTH: 'leave the header out, or set the right length',
  ERR_BLAIZE_STREAM_CLOSED: 'find what destroys the stream; the client sees that the answer broke off',
  ERR_BLAIZE_FILE_CHANGED:
    'write a new version to another name, and rename it when it is complete. See [static files](/guides/static-files#updates)',
  ERR_BLAIZE_SESSION_SENT:
    'change it before the handler and all middleware end. See [sessions](/guides/sessions#when-it-is-saved)',
  ERR_BLAIZE_SESSION_VALUE: 'store what JSON can hold, and what the schema accepts when it is read back',
  ERR_BLAIZE_SESSION_TOO_LARGE: 'store less, or give `session()` a [store](/guides/sessions#a-store)',
  ERR_BLAIZE_REQUEST_ABORTED: 'nothing: there is nobody left to answer',
  ERR_BLAIZE_ABORTED: 'look for an earlier error in the log',
  ERR_BLAIZE_OPENAPI: 'correct what `problems` lists: each names the route',
  ERR_BLAIZE_TEMPLATE:
    'read the message: it says where, and what to write. See [HTML](/guides/html#where-a-value-may-be)',
  ERR_BLAIZE_FLASH:
    'show long texts on the page itself; add and take messages before the answer. See [forms](/guides/forms#messages)',
  ERR_BLAIZE_CSRF_TOKEN:
    'make the token before the page is sent; let `session` return a text, or undefined. See [CSRF](/guides/csrf#tokens)',
  ERR_BLAIZE_AUTH_PASSWORD_HASH:
    'store the whole text that `hashPassword()` returns; columns of a database may cut it off',
  ERR_BLAIZE_CACHE_KEY: 'check what clients send before it becomes part of a key; use a hash of long texts',
  ERR_BLAIZE_CACHE_VALUE: 'turn the value into what JSON can hold. See [caching](/guides/caching#values)',
  ERR_BLAIZE_CACHE_STORE: 'try again: the old value may still be in the store; `cause` is its error',
  ERR_BLAIZE_CACHE_TIMEOUT: 'raise `loadTimeout` or `timeout`, or find what takes so long',
  ERR_BLAIZE_JOB_PAYLOAD: 'read the message: it says what does not fit. See [jobs](/guides/jobs#payloads)',
  ERR_BLAIZE_JOB_STORE:
    'look at `cause`; the job may have been added all the same, so try again with a `key`',
  ERR_BLAIZE_JOB_TIMEOUT: 'raise `timeout`, or find what takes so long. See [jobs](/guides/jobs#time-limits)',
  ERR_BLAIZE_JOB_ABORTED: 'nothing: the job runs again. See [jobs](/guides/jobs#at-least-once)',
  ERR_BLAIZE_JOB_PERMANENT: 'correct the cause, and retry the dead job. See [jobs](/guides/jobs#dead-jobs)',
  ERR_BLAIZE_JOB_RETRY: 'nothing: the job is tried again. See [jobs](/guides/jobs#retries)',
  ERR_BLAIZE_JOBS_CLOSED: 'add jobs while the server runs',
  ERR_BLAIZE_CLUSTER: 'read the message: it has the error of the worker. See [workers](/guides/cluster)',
  ERR_BLAIZE_ENV:
    'read the message: it lists every problem and where each value came from. See [configuration](/guides/configuration)',
  ERR_BLAIZE_CONFIG:
    'read the message: it lists every problem and where each value came from. See [configuration](/guides/configuration)',
  ERR_BLAIZE_CONFIG_SOURCE: 'look at `cause`, and at the address, the token and the limits of the source',
  ERR_BLAIZE_DISCOVERY:
    'look at `cause`, and at the address of DNS or Consul. See [finding services](/guides/service-discovery)',
  ERR_BLAIZE_CLI: 'read the message',
  ERR_BLAIZE_CLI_USAGE: 'run `blaize --help` or `blaize <command> --help`',

  ERR_BLAIZE_CLIENT_NETWORK: 'look at `cause`; try again later. See [the client](/guides/client#errors)',
  ERR_BLAIZE_CLIENT_TIMEOUT: 'raise `timeout`, or find what takes so long',
  ERR_BLAIZE_CLIENT_ABORTED: 'nothing, if that was meant; `cause` is the reason of the signal',
  ERR_BLAIZE_CLIENT_REQUEST: 'read the message; nothing was sent',
  ERR_BLAIZE_CLIENT_RESPONSE:
    'check the URL and what is between the client and the server; `cause` may say more',
  ERR_BLAIZE_CLIENT_RESPONSE_LIMIT: 'raise `responseLimit`, or read the answer with `.response()`',
  ERR_BLAIZE_CLIENT_STATUS:
    'look at `status` and `data`: it is not an answer of BlaizeJS, but perhaps of a proxy',

  ERR_BLAIZE_BAD_REQUEST: 'read `detail`',
  ERR_BLAIZE_VALIDATION: 'correct each field in `details`',
  ERR_BLAIZE_UNAUTHORIZED: 'sign in; `www-authenticate` may say how',
  ERR_BLAIZE_FORBIDDEN: 'ask for permission',
  ERR_BLAIZE_CSRF: 'send it from a page of the site; [CSRF](/guides/csrf) says how the server allows others',
  ERR_BLAIZE_WEBSOCKET_HANDSHAKE: 'connect with a WebSocket client; `detail` says what is wrong',
  ERR_BLAIZE_WEBSOCKET_ORIGIN:
    'connect from a page of the site; [WebSocket](/guides/websocket#before-it-opens) says how the server allows others',
  ERR_BLAIZE_NOT_FOUND: 'check the path',
  ERR_BLAIZE_METHOD_NOT_ALLOWED: 'use a method from `Allow`',
  ERR_BLAIZE_NOT_ACCEPTABLE: 'accept one of the types or codings in `details.available`',
  ERR_BLAIZE_REQUEST_TIMEOUT: 'send it faster, or raise the limit',
  ERR_BLAIZE_CONFLICT: 'fetch the current state, then decide',
  ERR_BLAIZE_PRECONDITION_FAILED: 'fetch the current version, then decide',
  ERR_BLAIZE_RANGE_NOT_SATISFIABLE: 'ask for a part below the length that `Content-Range` names',
  ERR_BLAIZE_PAYLOAD_TOO_LARGE: 'send less, or raise the limit of the route',
  ERR_BLAIZE_URI_TOO_LONG: 'send the data in the body',
  ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE:
    'send UTF-8 JSON, a form, text, or a type with a [body reader](/guides/router#body-readers), uncompressed',
  ERR_BLAIZE_EXPECTATION_FAILED: 'leave the header out',
  ERR_BLAIZE_MISDIRECTED_REQUEST: 'name a host that `hostFilter()` lists; behind a proxy, set `trustProxy`',
  ERR_BLAIZE_UNPROCESSABLE_ENTITY: 'read `detail`',
  ERR_BLAIZE_UPGRADE_REQUIRED: 'connect with a WebSocket client',
  ERR_BLAIZE_TOO_MANY_REQUESTS: 'wait for `retry-after` seconds',
  ERR_BLAIZE_REQUEST_HEADER_FIELDS_TOO_LARGE: 'send fewer or shorter headers; cookies are often the cause',
  ERR_BLAIZE_MULTIPART_MALFORMED: 'read `detail`, and send what browsers, `curl -F` or `FormData` would',
  ERR_BLAIZE_MULTIPART_LIMIT: 'send less: `details` has the limit and the field',
  ERR_BLAIZE_MULTIPART_TYPE: 'send the file with its own type and extension',
  ERR_BLAIZE_AUTH_CREDENTIALS: 'sign in again; `detail` says what is wrong',
  ERR_BLAIZE_AUTH_SCOPE: 'ask for a token with the scopes that `detail` names',
  ERR_BLAIZE_AUTH_BUSY: 'wait for `retry-after` seconds; limit the rate of sign-ins',
  ERR_BLAIZE_AUTH_KEY_SERVER: 'try again later; the log says why the keys cannot be fetched',
  ERR_BLAIZE_AUTH_LOGIN: 'sign in again; [signing in](/guides/sign-in) has the causes',
  ERR_BLAIZE_AUTH_LOGIN_DENIED: 'sign in with another account, or ask whoever runs the provider',
  ERR_BLAIZE_AUTH_TOKENS: 'sign in again',
  ERR_BLAIZE_AUTH_PROVIDER: 'try again later; the log says what the provider does',
  ERR_BLAIZE_INTERNAL_SERVER_ERROR: 'report the `correlationId`, which is also in the log',
  ERR_BLAIZE_NOT_IMPLEMENTED: 'use another method or coding',
  ERR_BLAIZE_BAD_GATEWAY: 'try again later; the log has the reason',
  ERR_BLAIZE_SERVICE_UNAVAILABLE: 'try again later; `retry-after` may say when',
  ERR_BLAIZE_RATE_LIMIT_STORE: 'wait for `retry-after` seconds',
  ERR_BLAIZE_OVERLOADED: 'wait for `retry-after` seconds',
  ERR_BLAIZE_EVENT_LOG: 'wait for `retry-after` seconds; the log has the reason as `cause`',
  ERR_BLAIZE_SESSION_STORE: 'try again later; the log has the error of the store as `cause`',
  ERR_BLAIZE_DEADLINE: 'wait longer, or find out what takes so long',
  ERR_BLAIZE_GATEWAY_TIMEOUT: 'try again later; the log has the reason',
  ERR_BLAIZE_HTTP_VERSION_NOT_SUPPORTED: 'use HTTP/1.1, or HTTP/2 through ALPN',
};

/** The status of each code that is an answer. */
const STATUSES = {
  ERR_BLAIZE_BAD_REQUEST: 400,
  ERR_BLAIZE_VALIDATION: 400,
  ERR_BLAIZE_UNAUTHORIZED: 401,
  ERR_BLAIZE_FORBIDDEN: 403,
  ERR_BLAIZE_CSRF: 403,
  ERR_BLAIZE_WEBSOCKET_HANDSHAKE: 400,
  ERR_BLAIZE_WEBSOCKET_ORIGIN: 403,
  ERR_BLAIZE_NOT_FOUND: 404,
  ERR_BLAIZE_METHOD_NOT_ALLOWED: 405,
  ERR_BLAIZE_NOT_ACCEPTABLE: 406,
  ERR_BLAIZE_REQUEST_TIMEOUT: 408,
  ERR_BLAIZE_CONFLICT: 409,
  ERR_BLAIZE_PAYLOAD_TOO_LARGE: 413,
  ERR_BLAIZE_URI_TOO_LONG: 414,
  ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE: 415,
  ERR_BLAIZE_EXPECTATION_FAILED: 417,
  ERR_BLAIZE_MISDIRECTED_REQUEST: 421,
  ERR_BLAIZE_UNPROCESSABLE_ENTITY: 422,
  ERR_BLAIZE_UPGRADE_REQUIRED: 426,
  ERR_BLAIZE_TOO_MANY_REQUESTS: 429,
  ERR_BLAIZE_REQUEST_HEADER_FIELDS_TOO_LARGE: 431,
  ERR_BLAIZE_MULTIPART_MALFORMED: 400,
  ERR_BLAIZE_MULTIPART_LIMIT: 413,
  ERR_BLAIZE_MULTIPART_TYPE: 415,
  ERR_BLAIZE_AUTH_CREDENTIALS: 401,
  ERR_BLAIZE_AUTH_SCOPE: 403,
  ERR_BLAIZE_AUTH_BUSY: 503,
  ERR_BLAIZE_AUTH_KEY_SERVER: 503,
  ERR_BLAIZE_AUTH_LOGIN: 400,
  ERR_BLAIZE_AUTH_LOGIN_DENIED: 403,
  ERR_BLAIZE_AUTH_TOKENS: 401,
  ERR_BLAIZE_AUTH_PROVIDER: 503,
  ERR_BLAIZE_INTERNAL_SERVER_ERROR: 500,
  ERR_BLAIZE_NOT_IMPLEMENTED: 501,
  ERR_BLAIZE_BAD_GATEWAY: 502,
  ERR_BLAIZE_SERVICE_UNAVAILABLE: 503,
  ERR_BLAIZE_RATE_LIMIT_STORE: 503,
  ERR_BLAIZE_OVERLOADED: 503,
  ERR_BLAIZE_EVENT_LOG: 503,
  ERR_BLAIZE_SESSION_STORE: 503,
  ERR_BLAIZE_DEADLINE: 504,
  ERR_BLAIZE_GATEWAY_TIMEOUT: 504,
  ERR_BLAIZE_HTTP_VERSION_NOT_SUPPORTED: 505,
} satisfies Partial<Record<BlaizeErrorCode, number>>;

/** Reads `ERROR_CODES` out of its source, `packages/errors/src/codes.ts`, which the site can't import unbuilt. */
function codesIn(source: string): { code: BlaizeErrorCode; meaning: string }[] {
  const entries = source.matchAll(/^ {2}(ERR_BLAIZE_\w+):\s+'([^'\n]+)',$/gm);
  return [...entries].map(([, code, meaning = '']) => ({ code: code as BlaizeErrorCode, meaning }));
}

const statusOf = (code: BlaizeErrorCode) => (STATUSES as Partial<Record<BlaizeErrorCode, number>>)[code];
const isCommand = (code: BlaizeErrorCode) => /^ERR_BLAIZE_CLI(?:_|$)/.test(code);
const isClient = (code: BlaizeErrorCode) => code.startsWith('ERR_BLAIZE_CLIENT_');

/**
 * The codes as Markdown: what is thrown, the command line, the client, and what is answered.
 *
 * @param source the text of `packages/errors/src/codes.ts`
 */
export function errorCodeTables(source: string): string {
  const rows = codesIn(source).map(({ code, meaning }) => ({ code, status: statusOf(code), meaning }));
  const cells = ({ code, status, meaning }: (typeof rows)[number]) => [
    `\`${code}\``,
    ...(status === undefined ? [] : [String(status)]),
    meaning,
    REMEDIES[code],
  ];
  const answers = rows.filter(({ status }) => status !== undefined);
  const commands = rows.filter(({ code }) => isCommand(code));
  const client = rows.filter(({ code }) => isClient(code));
  const thrown = rows.filter((row) => ![answers, commands, client].some((group) => group.includes(row)));
  const head = ['code', 'what it means', 'what to do'];
  return [
    '## Thrown to your code',
    'Each is a `BlaizeError`, or one of its subclasses.',
    table(head, thrown.map(cells)),
    '## The command line',
    table(head, commands.map(cells)),
    '## The client',
    'Of [`@blaizejs/client`](/guides/client).',
    table(head, client.map(cells)),
    '## Answered to clients',
    'The `code` of problem details. It follows from the status, unless the error has a code of its own.',
    table(['code', 'status', 'what it means', 'what the client can do'], answers.map(cells)),
    '',
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
