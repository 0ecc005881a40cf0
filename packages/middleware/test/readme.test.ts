import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { compress } from '../src/compress.ts';
import { connect } from '../src/connect.ts';
import { cors } from '../src/cors.ts';
import { csrf } from '../src/csrf.ts';
import { etag } from '../src/etag.ts';
import { hostFilter } from '../src/host-filter.ts';
import { ipFilter } from '../src/ip-filter.ts';
import { loadShed } from '../src/load-shed.ts';
import { maintenance } from '../src/maintenance.ts';
import { memoryRateLimitStore, rateLimit } from '../src/rate-limit.ts';
import { requestId } from '../src/request-id.ts';
import { requestLog } from '../src/request-log.ts';
import { resilientFetch } from '../src/resilience.ts';
import { securityHeaders } from '../src/security-headers.ts';
import { serveStatic } from '../src/static.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    '200 Hello Ada app x-user\n401 {"code":"no-user"} app x-user\n',
  );
});

test('the README names every option', async () => {
  const functions = {
    compress,
    connect: (options: never) => connect(() => undefined, options),
    cors,
    csrf,
    etag,
    hostFilter,
    ipFilter,
    loadShed,
    maintenance,
    memoryRateLimitStore,
    rateLimit,
    requestId,
    requestLog,
    resilientFetch,
    securityHeaders,
    serveStatic,
  };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
