import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * @typedef {object} Invocation
 * @property {object} event
 * @property {(answer: { headers: import('node:http').IncomingHttpHeaders, body: Buffer }) => void} answered
 * @property {(error: Error) => void} failed
 */

/**
 * Starts AWS's runtime interface client with a handler, and a Runtime API for it.
 *
 * @param {string} installed the folder in which aws-lambda-ric is installed
 * @param {string} folder of the built function
 * @param {string} handler `lambda.handler`
 * @param {Record<string, string>} env
 */
export async function startLambda(installed, folder, handler, env = {}) {
  /** @type {Invocation[]} */
  const queue = [];
  /** @type {Map<string, Invocation>} */
  const running = new Map();
  /** @type {((invocation: Invocation) => void) | undefined} */
  let waiting;
  let count = 0;

  const api = createServer(async (request, response) => {
    const [, id = '', what] = /invocation\/([^/]*)\/?(.*)$/.exec(request.url ?? '') ?? [];
    if (id === 'next') {
      /** @type {Invocation} */
      const invocation = queue.shift() ?? (await new Promise((resolve) => (waiting = resolve)));
      const next = String(++count);
      running.set(next, invocation);
      response.setHeader('lambda-runtime-aws-request-id', next);
      response.setHeader('lambda-runtime-deadline-ms', Date.now() + 10_000);
      response.setHeader('lambda-runtime-invoked-function-arn', 'arn:aws:lambda:eu-west-1:1:function:f');
      response.end(JSON.stringify(invocation.event));
      return;
    }
    /** @type {Buffer[]} */
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(202).end('{}');
    const body = Buffer.concat(chunks);
    const invocation = running.get(id);
    running.delete(id);
    const wrong = request.trailers['lambda-runtime-function-error-type'];
    if (what === 'response' && !wrong) invocation?.answered({ headers: request.headers, body });
    else invocation?.failed(new Error(`${wrong ?? ''} ${body}`));
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (api.address());

  const dist = join(installed, 'node_modules/aws-lambda-ric/dist');
  writeFileSync(join(dist, 'rapid-client.node'), '');
  const preload = new URL('rapid-client.mjs', import.meta.url).href;
  const bin = join(installed, 'node_modules/aws-lambda-ric/bin/index.mjs');
  const child = spawn(process.execPath, ['--import', preload, bin, handler], {
    cwd: folder,
    env: {
      ...env,
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: folder,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('exit', (code) => {
    for (const { failed } of [...queue, ...running.values()])
      failed(new Error(`The runtime ended with ${code}.`));
  });

  return {
    /** @type {(event: object) => Promise<{ headers: import('node:http').IncomingHttpHeaders, body: Buffer }>} */
    invoke: (event) =>
      new Promise((answered, failed) => {
        const invocation = { event, answered, failed };
        if (waiting) waiting(invocation);
        else queue.push(invocation);
        waiting = undefined;
      }),
    close: async () => {
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      api.closeAllConnections();
      api.close();
    },
  };
}

/** Where the function says that it is. */
export const LAMBDA_ORIGIN = 'https://id.lambda-url.eu-west-1.on.aws';

/**
 * The event of a function URL for a request.
 *
 * @param {string} target @param {import('./bookmarks.mjs').Init} init
 */
export function toEvent(target, { method = 'GET', headers = {}, body }) {
  const { cookie, ...others } = headers;
  const [rawPath = '/', rawQueryString = ''] = target.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: others,
    ...(cookie !== undefined && { cookies: [cookie] }),
    requestContext: {
      domainName: new URL(LAMBDA_ORIGIN).host,
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: 'check' },
      requestId: 'id',
      stage: '$default',
    },
    ...(body && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== undefined,
  };
}

/**
 * The response that a function URL makes of an answer, buffered or streamed.
 *
 * @param {{ headers: import('node:http').IncomingHttpHeaders, body: Buffer }} answer
 */
export function toResponse({ headers, body }) {
  const isStreamed = headers['content-type'] === 'application/vnd.awslambda.http-integration-response';
  const end = isStreamed ? body.indexOf('\0'.repeat(8)) : body.length;
  const head = JSON.parse(body.subarray(0, end).toString());
  const content = isStreamed
    ? body.subarray(end + 8)
    : Buffer.from(head.body, head.isBase64Encoded ? 'base64' : 'utf8');
  const response = new Response(content.length > 0 ? new Uint8Array(content) : null, {
    status: head.statusCode,
    headers: head.headers,
  });
  for (const cookie of head.cookies) response.headers.append('set-cookie', cookie);
  return response;
}
