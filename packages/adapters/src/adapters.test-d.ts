import { createApp } from '@blaizejs/app';
import { createServer } from '@blaizejs/server';
import type { Plugin } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { serve as serveOnBun } from './bun.ts';
import { serve as serveOnDeno, type Serving } from './deno.ts';
import type { PortableApp } from './index.ts';
import { type LambdaHandler, type StreamingHandler, toLambda, toStreamingLambda } from './lambda.ts';
import { toVercel, type VercelFunction } from './vercel.ts';
import { bindings, toWorker, type Worker } from './worker.ts';

const app = createApp();
const server = createServer({ routesDir: false });

expectTypeOf(app).toExtend<PortableApp>();
expectTypeOf(server).not.toExtend<PortableApp>();

expectTypeOf(toWorker(app)).resolves.toEqualTypeOf<Worker>();
expectTypeOf(toLambda(app)).resolves.toEqualTypeOf<LambdaHandler>();
expectTypeOf(toStreamingLambda(app)).resolves.toEqualTypeOf<StreamingHandler>();
expectTypeOf(toVercel(app)).resolves.toEqualTypeOf<VercelFunction>();
expectTypeOf(serveOnDeno(app)).resolves.toEqualTypeOf<Serving>();
expectTypeOf(serveOnBun(app, { tls: { key: '', cert: '' } })).resolves.toEqualTypeOf<Serving>();

// A server opens sockets of its own.
// @ts-expect-error -- it has listen()
void toWorker(server);
// @ts-expect-error -- it has listen()
void toLambda(server);
// @ts-expect-error -- it has listen()
void toStreamingLambda(server);
// @ts-expect-error -- it has listen()
void toVercel(server);
// @ts-expect-error -- it has listen()
void serveOnDeno(server);
// @ts-expect-error -- it has listen()
void serveOnBun(server);

// The platform has the certificate, the port, and the processes.
// @ts-expect-error -- TLS is the platform's
void toWorker(app, { tls: { key: '', cert: '' } });
// @ts-expect-error -- so is the port
void toLambda(app, { port: 3000 });
// @ts-expect-error -- and the proxies in front
void toVercel(app, { trustProxy: true });
// @ts-expect-error -- no other versions of TLS on Deno and Bun
void serveOnDeno(app, { tls: { key: '', cert: '', minVersion: 'TLSv1.3' } });
// @ts-expect-error -- no workers
void serveOnBun(app, { workers: 2 });

// An app has nothing of a server.
expectTypeOf(app).not.toHaveProperty('listen');
expectTypeOf(app).not.toHaveProperty('updateTls');
expectTypeOf(app).not.toHaveProperty('addEndpoint');
// @ts-expect-error -- no certificate
createApp({ tls: false });
// @ts-expect-error -- no port
createApp({ port: 3000 });
// @ts-expect-error -- no proxies: the adapter knows the address
createApp({ trustProxy: true });
// @ts-expect-error -- no endpoints
createApp({ endpoints: [] });
// @ts-expect-error -- no limits of a socket
createApp({ limits: { requestTimeout: 1000 } });

// Bindings have types, in services and in the worker.
interface Env {
  readonly GREETING: string;
}
expectTypeOf(bindings<Env>()).toEqualTypeOf<Plugin<{ env: Env }>>();
const bound = createApp({ plugins: [bindings<Env>()] });
bound.router.addRoute('GET', '/', {
  handler: ({ services }) => {
    expectTypeOf(services.env.GREETING).toEqualTypeOf<string>();
    // @ts-expect-error -- there is no such binding
    return services.env.OTHER as unknown;
  },
});
expectTypeOf(toWorker<Env>(bound)).resolves.toEqualTypeOf<Worker<Env>>();
void toWorker<Env>(bound, {
  clientIp: (_request, env) => {
    expectTypeOf(env).toEqualTypeOf<Env>();
    return undefined;
  },
});
// @ts-expect-error -- bindings are an object
bindings<string>();
