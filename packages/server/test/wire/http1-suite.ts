import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { LimitName } from '@blaizejs/types';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';

import type { ServerOptions } from '../../src/index.ts';
import { type Http1Answer, type Http1Transport, HTTP1_TRANSPORTS, RawConnection } from './raw-http1.ts';

/** A server as HTTP/1.1 reaches it. */
export interface Http1Server {
  readonly app: TestServer;
  readonly transport: Http1Transport;
  /** What its handlers were called for in the current test: `GET /path`. */
  readonly served: readonly string[];
  /** Opens a connection; see {@link RawConnection.open}. */
  open(allowHalfOpen?: boolean): Promise<RawConnection>;
}

/**
 * Runs the same tests on every way on which HTTP/1.1 comes, each against a server of its own. Its `/echo` answers
 * every method with the content of the request.
 *
 * @param options.atOnce whether all ways are tested at once, which is faster for tests that wait; they must not share state
 */
export function onHttp1(
  name: string,
  options: Partial<ServerOptions>,
  arrange: (app: TestServer) => void,
  tests: (reach: () => Http1Server) => void,
  { atOnce = false } = {},
): void {
  describe.each(HTTP1_TRANSPORTS)(`${name}, %s`, { concurrent: atOnce }, (transport) => {
    let app: TestServer;
    const served: string[] = [];
    const open = (allowHalfOpen?: boolean): Promise<RawConnection> =>
      RawConnection.open(app.server.port, transport, allowHalfOpen);
    beforeAll(async () => {
      app = await startTestServer({ ...options, http2: { enabled: transport !== 'cleartext' } });
      app.server.use((ctx, next) => {
        served.push(`${ctx.request.method} ${ctx.request.path}`);
        return next();
      });
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        app.server.router.addRoute(method, '/echo', { handler: (ctx) => ctx.request.text() });
      }
      arrange(app);
    });
    beforeEach(() => void served.splice(0));
    afterAll(() => app.close());
    describe('in turn', { concurrent: false }, () => tests(() => ({ app, transport, served, open })));
  });
}

/** A request with a Host field; `fields` are whole lines. */
export function head(requestLine: string, ...fields: readonly string[]): string {
  return [requestLine, 'Host: localhost', ...fields, '', ''].join('\r\n');
}

const HIDDEN = head('GET /hidden HTTP/1.1');

/**
 * Expects a request to be refused: with one answer that has problem details, behind which the connection ends without
 * a reset; and nothing that stands behind the request to be served (RFC 9112 section 11.2, request smuggling).
 *
 * @param limit the option that counts it; none by default
 */
export async function expectRefused(
  { app, open, served }: Http1Server,
  bytes: string,
  status: number,
  limit?: LimitName,
): Promise<Http1Answer> {
  const before = { ...app.server.limitHits };
  await using connection = await open();
  connection.send(bytes + HIDDEN);
  const answer = await connection.answer();
  expect(await connection.ended()).toBe('');
  expectProblem(answer, status);
  expect(answer.fields.connection).toEqual(['close']);
  expect(served).not.toContain('GET /hidden');
  const after = { ...before, ...(limit && { [limit]: before[limit] + 1 }) };
  expect(app.server.limitHits).toEqual(after);
  return answer;
}

/** Expects a request to be served, and its connection to be of use afterwards. */
export async function expectServed(
  { open }: Http1Server,
  bytes: string,
  content = '',
  method = 'GET',
): Promise<Http1Answer> {
  await using connection = await open();
  connection.send(bytes);
  const answer = await connection.answer(method);
  expect([answer.status, answer.content]).toEqual([200, content]);
  expect(answer.fields.connection).not.toEqual(['close']);
  connection.send(head('GET /echo HTTP/1.1'));
  expect((await connection.answer()).status).toBe(200);
  return answer;
}

/** Expects an answer to be whole, dated and to have problem details (RFC 9457). */
export function expectProblem({ status, fields, content }: Http1Answer, expected: number): void {
  const problem = JSON.parse(content) as Record<string, unknown>;
  expect([status, problem.status]).toEqual([expected, expected]);
  expect(fields['content-type']).toEqual(['application/problem+json']);
  expect(fields['content-length']).toEqual([String(content.length)]);
  expect(Date.parse(fields.date?.[0] ?? '')).not.toBeNaN();
  expect(problem).toMatchObject({
    type: 'about:blank',
    code: expect.stringMatching(/^ERR_BLAIZE_/) as unknown,
  });
  expect(problem.correlationId).toEqual(fields['x-correlation-id']?.[0]);
  expect(problem.detail).not.toBe('');
}
