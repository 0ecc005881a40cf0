import { createServer } from '../create-server.ts';

createServer({
  routesDir: false,
  logger: { level: 'info', file: ['a.log', { path: 'b.log', every: 'day', keep: 3 }] },
});
createServer({ routesDir: false, logger: { redact: false, fields: () => ({ trace_id: '1' }) } }).setLogLevel(
  'debug',
  {
    for: 1_000,
  },
);
createServer({ routesDir: false, logger: console });
createServer({ routesDir: false, logger: false });
// @ts-expect-error -- no such level
createServer({ routesDir: false, logger: { level: 'loud' } });
// @ts-expect-error -- only `false` turns redaction off
createServer({ routesDir: false, logger: { redact: true } });
