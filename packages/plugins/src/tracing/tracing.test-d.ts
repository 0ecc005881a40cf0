import type { HookContext, Plugin } from '@blaizejs/types';
import type { TracerProvider } from '@opentelemetry/api';
import { expectTypeOf } from 'vitest';

import { traceHeaders, tracing, type TracingOptions } from '../tracing.ts';

expectTypeOf(tracing).returns.toEqualTypeOf<Plugin>();
expectTypeOf(tracing).parameters.toEqualTypeOf<[options?: TracingOptions]>();
tracing();
tracing({ spans: { handler: true }, ignore: (ctx) => ctx.request.path === '/ping' });
tracing({
  trustIncoming: (ctx) => {
    expectTypeOf(ctx).toEqualTypeOf<HookContext>();
    return ctx.request.header('x-mesh') === 'yes';
  },
});
tracing({ provider: {} as TracerProvider });
// @ts-expect-error -- a promise is not an answer
tracing({ trustIncoming: async () => true });
// @ts-expect-error -- it is called `ignore`
tracing({ ignores: () => true });
// @ts-expect-error -- not a span there is
tracing({ spans: { routes: true } });

expectTypeOf(traceHeaders({ accept: 'text/plain' })).toEqualTypeOf<Headers>();
expectTypeOf(traceHeaders(new Headers())).toEqualTypeOf<Headers>();
expectTypeOf(traceHeaders([['accept', 'text/plain']])).toEqualTypeOf<Headers>();
// @ts-expect-error -- not headers
traceHeaders(1);
