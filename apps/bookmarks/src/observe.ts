import { sql } from 'drizzle-orm';
import { health, queryCheck, redisCheck } from 'blaizejs/plugins/health';
import { metrics } from 'blaizejs/plugins/metrics';
import { tracing } from 'blaizejs/plugins/tracing';
import type { Redis } from 'ioredis';

/** What those who operate the app see: traces of requests, probes, and metrics on a port of their own. */
export function observe(metricsPort: number | undefined, redis: Redis | undefined) {
  return [
    tracing(),
    health({
      checks: {
        database: queryCheck(({ services }) => services.db.run(sql`select 1`)),
        // The app works without it, apart from sessions.
        ...(redis && { redis: { ...redisCheck(redis), critical: false } }),
      },
    }),
    ...(metricsPort === undefined ? [] : [metrics({ listen: { port: metricsPort } })]),
  ];
}
