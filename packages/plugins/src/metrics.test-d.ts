import type { Plugin, ServicesOf } from '@blaizejs/types';
import { Registry } from 'prom-client';
import { expectTypeOf } from 'vitest';

import { type MetricFamily, type Metrics, metrics } from './metrics.ts';

expectTypeOf(metrics()).toEqualTypeOf<Plugin<{ metrics: Metrics }>>();
type Service = ServicesOf<ReturnType<typeof metrics>>['metrics'];
expectTypeOf<ReturnType<Service['read']>>().resolves.toEqualTypeOf<readonly MetricFamily[]>();
expectTypeOf<Service['url']>().toEqualTypeOf<string | undefined>();

metrics({ registry: new Registry(), buckets: [0.1, 1], runtime: false, timeout: 1000 });
metrics({ listen: false, allow: (ctx) => ctx.request.header('authorization') === 'Bearer secret' });
// @ts-expect-error A promise would let everyone in.
metrics({ allow: () => Promise.resolve(false) });
// @ts-expect-error Not a registry.
metrics({ registry: {} });
// @ts-expect-error There is no such option.
metrics({ prefix: 'app_' });
