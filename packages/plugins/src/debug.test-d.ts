import type { Plugin, ServicesOf } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { debug, type Debug } from './debug.ts';

expectTypeOf(debug()).toEqualTypeOf<Plugin<{ debug: Debug }>>();
expectTypeOf<ServicesOf<ReturnType<typeof debug>>['debug']['url']>().toEqualTypeOf<string | undefined>();

debug({ listen: { port: 9465, host: '127.0.0.1' }, token: 'at-least-16-characters', maxSeconds: 30 });
debug({ listen: { path: '/run/app/debug.sock' }, report: { directory: '/var/log/app' } });
debug({ listen: false, allow: (ctx) => ctx.request.header('authorization') === 'Bearer secret' });
// @ts-expect-error A place is a port or a path.
debug({ listen: true });
// @ts-expect-error A promise would let everyone in.
debug({ allow: () => Promise.resolve(false) });
// @ts-expect-error There is no such option.
debug({ prot: 9465 });
