import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { AnyContext, HeaderFields } from '@blaizejs/types';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { responseCache } from '../../../src/response-cache.ts';
import type { Case, Given, Step } from './case.ts';
import { freshness } from './freshness.ts';
import { conditions, directives, forced, headers, varying } from './selecting.ts';
import { storing } from './storing.ts';

const DATES = new Set(['date', 'expires', 'last-modified', 'if-modified-since']);
const NOT_VALIDATED = 598;

/** What the handler of a case is asked, and how often. */
interface Script {
  step: Step;
  before: Given;
  runs: number;
  path: string;
}

describe.each(['http1', 'http2'] as const)('the public test suite for HTTP caches, %s', (protocol) => {
  const all = [...freshness, ...storing, ...varying, ...conditions, ...headers, ...directives];
  // Node refuses to send TE over HTTP/2.
  const cases = protocol === 'http2' ? all.filter(([id]) => id !== 'headers-store-TE') : all;
  run(protocol, {}, cases);
});

describe('the same, if clients may force a new answer', () => {
  run('http2', { clientRevalidation: true }, forced);
});

function run(
  protocol: 'http1' | 'http2',
  options: { readonly clientRevalidation?: boolean },
  cases: readonly Case[],
): void {
  const scripts = new Map<string, Script>();
  let app: TestServer;

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    app = await startTestServer({ mode: 'production', middleware: [responseCache(options)] });
    const { router } = app.server;
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'M-SEARCH']) {
      router.addRoute(method, '/:id', { handler: answer });
      router.addRoute(method, '/:id/*', { handler: answer });
    }
  });
  afterAll(async () => {
    vi.useRealTimers();
    await app.close();
  });

  function answer({ request, response }: AnyContext): unknown {
    const script = scripts.get((request.params as { id: string }).id);
    if (!script) throw new Error('There is no such case.');
    script.runs += 1;
    const { step, before, path } = script;
    if (step.fails) throw new Error('The handler fails.');
    const fields = toFields(step.answer ?? {}, path);
    for (const [name, value] of Object.entries(fields)) response.header(name, value);
    if (step.from === 'validated') return validate(request, response, before);
    const body = [204, 304].includes(step.status ?? 200) ? null : (step.body ?? 'body');
    if (body !== null) response.send(Buffer.from(body));
    if (body !== null && fields['content-type'] === undefined) response.type('text/plain');
    return response.status(step.status ?? 200);
  }

  test.each(cases.map((each) => ({ id: each[0], each })))('$id', async ({ each: [id, ...steps] }) => {
    const path = `/${encodeURIComponent(id)}`;
    const script: Script = { step: first(steps), before: {}, runs: 0, path };
    scripts.set(id, script);
    for (const step of steps) {
      if (step.after) vi.setSystemTime(Date.now() + step.after * 1_000);
      const runs = script.runs;
      script.before = script.step.answer ?? {};
      script.step = { ...step, answer: step.answer ?? script.before };
      const response = await app[protocol].request(path + (step.at ?? ''), {
        method: step.method ?? 'GET',
        headers: toHeaders(step.send ?? {}),
      });
      const text = await response.text();
      const asked = step.from !== 'cache' || step.fails === true || (step.status ?? 0) >= 500;
      if (!isRenewed(steps, step))
        expect(script.runs - runs, 'how often the handler ran').toBe(asked ? 1 : 0);
      const body = step.body ?? (step.from === 'handler' ? 'body' : undefined);
      expect(response.status).toBe(step.is ?? step.status ?? 200);
      if (step.text !== undefined) expect(text).toBe(step.text);
      else if (body !== undefined && response.status === 200 && step.method !== 'HEAD')
        expect(text).toBe(body);
      for (const [name, value] of Object.entries(toFields(step.has ?? {}, path))) {
        expect(response.headers.get(name), name).toBe(value);
      }
      for (const name of step.lacks ?? []) {
        const [field = '', value] = name.split(': ');
        if (value === undefined) expect(response.headers.has(field)).toBe(false);
        else expect(response.headers.get(field) ?? '').not.toBe(value);
      }
      if (step.age !== undefined)
        expect(Number(response.headers.get('age'))).toBeGreaterThanOrEqual(step.age);
      if (step.from === 'cache' && response.status < 400 && !step.status) {
        expect(response.headers.get('cache-status')).toMatch(/^blaize; (?:hit|fwd=stale)/);
      }
    }
  });
}

/** Whether the handler runs in the background, at some time. */
function isRenewed(steps: readonly Step[], step: Step): boolean {
  return (
    step.from === 'cache' &&
    steps.some(({ answer }) => String(answer?.['cache-control']).includes('while-re'))
  );
}

function first(steps: readonly Step[]): Step {
  const [step] = steps;
  if (!step) throw new Error('A case has at least one request.');
  return step;
}

/** 304 if the cache asks with what was stored. */
function validate(
  request: { header(name: string): string | undefined },
  response: { status(code: number): unknown },
  before: Given,
): unknown {
  const asked = [request.header('if-none-match'), request.header('if-modified-since')];
  const stored = [before['etag'], before['last-modified']].map((value) =>
    typeof value === 'number' ? asked[1] : value,
  );
  const isAsked =
    stored.some((value) => value !== undefined) && stored.every((value, index) => value === asked[index]);
  return response.status(isAsked ? 304 : NOT_VALIDATED);
}

function toFields(given: Given, path: string): HeaderFields {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value === 'number' && DATES.has(name)) {
        return [name, new Date(Date.now() + value * 1_000).toUTCString()];
      }
      return [name, typeof value === 'string' ? value.replace('./$', path) : (value as string[])];
    }),
  );
}

function toHeaders(given: Given): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(toFields(given, ''))) {
    for (const line of Array.isArray(value) ? value : [value ?? '']) headers.append(name, line);
  }
  return headers;
}
