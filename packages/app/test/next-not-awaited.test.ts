import { createApp } from '@blaizejs/app';
import { compose } from '@blaizejs/middleware';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ['development', 'production', 500],
  ['production', 'development', 200],
] as const)(
  'in mode %s, compose() does as the app does, whatever NODE_ENV says (%s)',
  async (mode, env, status) => {
    vi.stubEnv('NODE_ENV', env);
    const composed = compose([
      async (ctx, next) => {
        void next();
        ctx.response.text('too early');
        await Promise.resolve();
      },
      async (_ctx, next) => {
        await Promise.resolve();
        await next();
      },
    ]);
    for (const middleware of [composed, compose([composed])]) {
      const app = createApp({ mode, logger: false, middleware: [middleware] });
      app.router.addRoute('GET', '/', {
        handler: ({ response }) => {
          if (!response.sent) response.text('late');
          return response;
        },
      });
      const response = await app.fetch(new Request('http://localhost/'));
      expect([response.status, (await response.text()).includes('did not await next()')]).toEqual([
        status,
        status === 500,
      ]);
    }
  },
);
