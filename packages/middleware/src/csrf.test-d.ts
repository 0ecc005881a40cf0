import type { Middleware, NeedsMet, StateOf } from '@blaizejs/types';

import { csrf, type CsrfOptions, type CsrfToken } from './csrf.ts';

export const plain: Middleware = csrf();
export const open: Middleware = csrf({ trustedOrigins: ['https://app.example.com', /x/] as const });

// @ts-expect-error -- origins are a list
csrf({ trustedOrigins: 'https://app.example.com' });
// @ts-expect-error -- it is `trustedOrigins`
csrf({ origin: [] });

const secret = process.env.CSRF_SECRET;
interface Session {
  id(): Promise<string | undefined>;
}
export const bare: Middleware<{ csrf: CsrfToken }> = csrf({ token: { secret, session: () => undefined } });
export const bound: Middleware<{ csrf: CsrfToken }, { session: Session }> = csrf<{ session: Session }>({
  trustedOrigins: [],
  token: { secret: ['new', 'old'], session: ({ state }) => state.session.id() },
});
export const list = [csrf({ token: { secret, session: ({ request }) => request.ip } })] as const;
export const token: Promise<string> = ({} as StateOf<typeof list>).csrf.token();
export const without = [csrf()] as const;
// @ts-expect-error -- there is no token without the option
export const none: unknown = ({} as StateOf<typeof without>).csrf;
// @ts-expect-error -- sessions come before it
export const early: NeedsMet<[typeof bound], unknown> = [bound];
export const late: NeedsMet<[typeof bound], { session: Session }> = [bound];
export const given = (options: CsrfOptions): Middleware => csrf(options);

// @ts-expect-error -- a token belongs to a session
csrf({ token: { secret } });
// @ts-expect-error -- it needs a secret
csrf({ token: { session: () => undefined } });
// @ts-expect-error -- an id is a text
csrf({ token: { secret, session: () => 7 } });
// @ts-expect-error -- it is not known what is on `ctx.state`
csrf({ token: { secret, session: ({ state }) => state.session.id() } });
