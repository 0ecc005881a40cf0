import type { IncomingMessage, ServerResponse } from 'node:http';

import type { StateOf } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { connect, type ConnectErrorHandler, type ConnectRequest, type ConnectResponse } from './connect.ts';

interface User {
  name: string;
}

// What it puts on `req` is on `ctx.state.connect.req`, from several of them together.
export const login = connect<{ user?: User }>((req, res, next) => {
  expectTypeOf(req.user).toEqualTypeOf<User | undefined>();
  expectTypeOf(res).toEqualTypeOf<ConnectResponse>();
  next();
});
export const flash = connect<{ flash(name: string): string[] }>((_req, _res, next) => next());
type State = StateOf<[typeof login, typeof flash]>;
expectTypeOf<State['connect']['req']['user']>().toEqualTypeOf<User | undefined>();
expectTypeOf<State['connect']['req']['flash']>().returns.toEqualTypeOf<string[]>();
expectTypeOf<State['connect']['req']>().toExtend<ConnectRequest>();

// Node's types, Express's, and those of middleware for errors.
interface ExpressRequest extends IncomingMessage {
  app: { settings: unknown };
}
interface ExpressNext {
  (error?: unknown): void;
  (deferToNext: 'router'): void;
}
declare const ofNode: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
declare const ofExpress: (
  req: ExpressRequest,
  res: ServerResponse<ExpressRequest>,
  next: ExpressNext,
) => void;
declare const ofErrors: (error: Error, req: ExpressRequest, res: ServerResponse, next: ExpressNext) => void;
declare const own: ConnectErrorHandler<{ user: User }>;
connect(ofNode);
connect(ofExpress);
connect(ofErrors);
connect<{ user: User }>(own);
connect([ofNode, [ofExpress], ofErrors], { path: '/docs', name: 'docs' });

// @ts-expect-error -- no function
connect('helmet');
// @ts-expect-error -- no such option
connect(ofNode, { paths: '/docs' });
// @ts-expect-error -- it adds no such property
export type Users = State['connect']['req']['users'];
