import type { Plugin, Services } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { health, type HealthCheck, redisCheck } from './health.ts';

expectTypeOf(health()).toEqualTypeOf<Plugin>();
expectTypeOf(redisCheck({ ping: () => Promise.resolve('PONG') })).toEqualTypeOf<HealthCheck>();

health({
  checks: {
    ping: () => 'anything',
    database: {
      run: ({ signal, services }) => {
        expectTypeOf(services).toEqualTypeOf<Services>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
      probes: ['ready'],
      critical: false,
    },
  },
  details: (ctx) => ctx.request.header('authorization') === 'Bearer secret',
  paths: { live: '/healthz', startup: false },
});
// @ts-expect-error There is no such probe.
health({ paths: { alive: '/alive' } });
// @ts-expect-error Who may see details is decided at once.
health({ details: () => Promise.resolve(true) });
// @ts-expect-error A check has a function.
health({ checks: { database: { timeout: 1000 } } });
// @ts-expect-error Not something that can be pinged.
redisCheck({});
