/**
 * Code of users who have installed only one of our packages. Its exports have inferred types, which `declaration: true` must
 * be able to write.
 *
 * @type {Readonly<Record<string, string>>} by folder in `packages/`
 */
export const CONSUMERS = {
  errors: `
    import { BadRequestError, ConfigurationError, HttpError, NotFoundError, ValidationError } from '@blaizejs/errors';
    export const missing = new NotFoundError('no user', { code: 'no-user' });
    export const bad = new BadRequestError();
    export const code = missing.code;
    export const problems = new ConfigurationError([]).problems;
    export const issues = (error: ValidationError) => error.details;
    export const options = (...args: ConstructorParameters<typeof HttpError>) => args;
  `,
  client: `
    import { createClient, readEvents, readLines } from '@blaizejs/client';
    interface Routes { GET: { '/users/[id]': { handler: () => { at: Date } }; '/rows': () => AsyncGenerator<{ n: 1 }> } }
    export const api = createClient<Routes>('https://example.org');
    export const user = () => api.get('/users/[id]', { params: { id: '1' } });
    export const result = () => api.get.result('/users/[id]', { params: { id: '1' } });
    export const rows = () => readLines(api.get, '/rows');
    export const feed = () => readEvents(api.get, '/rows', { reconnect: true });
    export const options = (...args: Parameters<typeof createClient>) => args;
  `,
  context: `
    import { createContext, reply, runWithContext, tryUseContext, useContext } from '@blaizejs/context';
    export const ctx = createContext(new Request('http://localhost'));
    export const { request, response, state, services, log, route } = ctx;
    export const current = () => useContext();
    export const maybe = () => tryUseContext();
    export const answer = reply(404, { code: 'no-user' });
    export const chained = () => useContext().response.status(201).json({});
    export const finish = (listener: Parameters<typeof response.onFinish>[0]) => listener;
    export const tunnel = () => request.tunnel;
    export const peer = () => request.tls;
    export const ran = runWithContext(ctx, () => useContext());
  `,
  router: `
    import { createGetRoute, createPostRoute, createRoutes, isRoute } from '@blaizejs/router';
    import { z } from 'zod';
    declare module '@blaizejs/router' { interface Services { db: string } interface State { started: number } }
    const Problem = z.object({ code: z.string() });
    export const declared = createGetRoute({ handler: (ctx) => ctx.services.db + ctx.state.started.toFixed() });
    export const GET = createGetRoute({ handler: (ctx) => ctx.request.path });
    export const POST = createPostRoute({
      schema: { params: z.object({ id: z.string() }), body: Problem, response: { 200: Problem, 404: Problem, 204: null } },
      middleware: [(ctx, next) => next(), async (ctx, next) => { await next(); }],
      handler: async (ctx) => (ctx.request.params.id ? ctx.request.body : ctx.response.status(404).json({ code: 'x' })),
    });
    export const html = createGetRoute({ handler: (ctx) => ctx.response.html('x') });
    export const handler = POST.handler;
    export const response = createGetRoute({ schema: { response: Problem }, handler: ({ response }) => response.json({ code: 'x' }) });
    export const context = createGetRoute({ handler: (ctx) => ctx });
    export const state = createGetRoute({ handler: ({ state, services, log, route }) => ({ state, services, log, route }) });
    export const request = createGetRoute({ handler: ({ request }) => request });
    export const options = (...args: Parameters<typeof createGetRoute>) => args;
    export const makers = createRoutes();
    export const known = (value: unknown) => (isRoute(value) ? value : undefined);
  `,
  middleware: `
    import { compose, createMiddleware } from '@blaizejs/middleware';
    import { cors } from '@blaizejs/middleware/cors';
    import { securityHeaders } from '@blaizejs/middleware/security-headers';
    import { csrf } from '@blaizejs/middleware/csrf';
    export const protection = csrf({ trustedOrigins: [/x/] });
    export const tokens = csrf({ token: { secret: 's', session: ({ request }) => request.ip } });
    export const headers = securityHeaders();
    export const nonces = securityHeaders({ nonces: true });
    export const shared = cors({ origin: (origin, ctx) => origin === ctx.request.url.origin });
    import { compress, isCompressible } from '@blaizejs/middleware/compress';
    import { connect } from '@blaizejs/middleware/connect';
    export const connected = connect<{ user?: { id: string } }>((req, res, next) => next());
    import { etag } from '@blaizejs/middleware/etag';
    export const compressed = compress({ types: (type) => type === 'x/y' || isCompressible(type) });
    export const tagged = etag({ weak: true });
    import { loadShed } from '@blaizejs/middleware/load-shed';
    import { memoryRateLimitStore, rateLimit } from '@blaizejs/middleware/rate-limit';
    export const shed = loadShed({ skip: (ctx) => ctx.route === undefined });
    export const limit = rateLimit<{ user: { id: string } }>({ limit: 1, key: (ctx) => ctx.state.user.id });
    export const limits = memoryRateLimitStore({ maxKeys: 1 });
    export const requireUser = createMiddleware<{ user: { id: string } }>({ name: 'user', handler: (ctx, next) => next() });
    export const requireAdmin = createMiddleware<{ role: 'admin' }, { user: { id: string } }>((ctx, next) => next());
    export const bare = createMiddleware((ctx, next) => next());
    export const all = compose([requireUser, requireAdmin, (ctx, next) => next()]);
    export const send = requireUser.onSend;
    export const handler = requireUser.handler;
    export const options = (...args: Parameters<typeof createMiddleware>) => args;
  `,
  auth: `
    import { apiKeyAuth, basicAuth, createApiKey, type Granted, guard, requireOwner, requireRole, requireScope } from '@blaizejs/auth';
    import { jwtAuth } from '@blaizejs/auth/jwt';
    import { oidc } from '@blaizejs/auth/oidc';
    import { memoryStore, session } from '@blaizejs/auth/session';
    export const sessions = session<{ user: string }>({ secret: 'x'.repeat(32), store: memoryStore() });
    export const basic = basicAuth({ find: () => ({ user: { name: 'a' }, hash: 'b' }) });
    export const key = apiKeyAuth({ find: () => null, from: 'bearer', optional: true });
    export const jwt = jwtAuth({ secret: 'x', load: (claims) => ({ id: claims.sub }) });
    export const login = oidc({ issuer: 'https://a.example', clientId: 'a', redirectUri: 'https://b.example/c', session: sessions, secret: 'x', load: ({ sub }) => ({ id: sub }) });
    export const user = login.auth({ optional: true });
    export const tokens = (...args: Parameters<typeof login.tokens>) => login.tokens(...args);
    export const role = requireRole('admin');
    export const scope = requireScope('a', 'b');
    export const own = requireOwner({ as: 'post', load: (ctx) => ({ id: ctx.request.path }), owns: () => true });
    export const adult = guard((user: { age: number }) => user.age >= 18);
    export const made = createApiKey('a');
    export const proof = (granted: Granted<'a'>) => granted;
    export const options = (...args: Parameters<typeof jwtAuth>) => args;
  `,
  cache: `
    import { createCache, memoryStore, responseCache, tieredStore } from '@blaizejs/cache';
    import { diskStore } from '@blaizejs/cache/disk';
    export const near = memoryStore({ maxBytes: 1 });
    export const disk = () => diskStore({ directory: 'x' });
    export const store = () => tieredStore({ near, far: disk() });
    export const cache = createCache({ store: near });
    export const one = () => cache.wrap(['a', 1], { ttl: 1 }, ({ signal }) => signal.aborted);
    export const stats = () => cache.stats();
    export const answers = responseCache({ store: near, ttl: { sliding: 1, max: 2 } });
    export const counts = answers.stats();
    export const options = (...args: Parameters<typeof createCache>) => args;
    export const call = (...args: Parameters<typeof cache.wrap>) => args;
  `,
  cluster: `
    import { createCluster, requestReload } from '@blaizejs/cluster';
    import { askAll, onAsk } from '@blaizejs/cluster/worker';
    export const cluster = createCluster({ entry: 'server.js' });
    export const calls = [requestReload, onAsk, askAll];
  `,
  realtime: `
    import { createChannel, createPresence, createSSERoute, formatEvent, memoryEventLog, memoryPubSub, pubSubEventLog } from '@blaizejs/realtime';
    import { z } from 'zod';
    export const events = { price: z.object({ at: z.date() }) };
    export const quotes = createChannel('a', { events, log: memoryEventLog({ limit: 1 }) });
    export const log = pubSubEventLog(memoryPubSub());
    export const GET = createSSERoute('/a/[b]', { events, handler: (ctx) => quotes.topic(ctx.request.params.b) });
    export const topic = quotes.topic('a');
    export const subscription = topic.subscribe({ after: 'a' });
    export const presence = createPresence<{ name: string }>('a');
    export const text = formatEvent({ data: 'a' });
    import { connectWebSocket, type MessagesOf } from '@blaizejs/realtime/client';
    import { createRooms, createWebSocketRoute } from '@blaizejs/realtime/websocket';
    export const rooms = createRooms();
    export const room = createWebSocketRoute('/rooms/[id]', {
      open: (socket) => rooms.join(socket.ctx.request.params.id, socket),
      close: (socket, { code }) => console.log(socket.id, code),
    });
    export const open = (url: string) => connectWebSocket<typeof room>(url, { message: (it) => console.log(it) });
    export const ask = (message: MessagesOf<typeof room>['in']) => message;
  `,
  jobs: `
    import { createQueue, jobs, jobsCheck, memoryJobs } from '@blaizejs/jobs';
    import { bullJobs } from '@blaizejs/jobs/bullmq';
    import { sqliteJobs } from '@blaizejs/jobs/sqlite';
    import { z } from 'zod';
    export const emails = createQueue({ payload: z.object({ to: z.string() }), handler: () => undefined });
    export const background = jobs({ queues: { emails }, store: memoryJobs() });
    export const check = jobsCheck(background);
    export const stores = () => [sqliteJobs({ url: 'file:x' }), bullJobs({ connection: { host: 'x' } })];
    export const options = (...args: Parameters<typeof createQueue>) => args;
  `,
  views: `
    import { form, html, json, renderToString, unsafe } from '@blaizejs/views';
    import { createViews } from '@blaizejs/views/eta';
    import { flash } from '@blaizejs/views/flash';
    import { z } from 'zod';
    export const page = html\`<p>\${'a'}</p>\`;
    export const data = json({ a: 1 });
    export const trusted = unsafe('<p>');
    export const text = renderToString(page);
    export const signUp = form(z.object({ a: z.string() }));
    export const blank = signUp.blank();
    export const views = createViews<{ home: { a: string } }>({ folder: 'views' });
    export const messages = flash({ secret: 'x' });
    export const options = (...args: Parameters<typeof createViews>) => args;
  `,
  multipart: `
    import { moveFile, multipart, originalName, parts, type Part } from '@blaizejs/multipart';
    export const reader = multipart({ fileSize: 1 });
    export const readers = { 'multipart/form-data': reader };
    export const read = (source: Parameters<typeof reader>[0]) => reader(source);
    export const all = (...args: Parameters<typeof parts>) => parts(...args);
    export const options = (...args: Parameters<typeof multipart>) => args;
    export const one = (part: Part) => ({ ...part, stream: part.stream() });
    export const keep = (file: File) => moveFile(file, originalName(file));
  `,
  config: `
    import { configPlugin, env, loadConfig, secret, type Config, type ConfigSource } from '@blaizejs/config';
    import { consulSource } from '@blaizejs/config/consul';
    import { withEnvFiles } from '@blaizejs/config/env-files';
    import { etcdSource } from '@blaizejs/config/etcd';
    import { httpSource } from '@blaizejs/config/http';
    export const sources = () => [consulSource('x', { prefix: 'x' }), etcdSource('x', { prefix: 'x' }), httpSource('x')];
    export const load = (options: Parameters<typeof loadConfig>[0]) => loadConfig(options);
    export const plugin = (config: Config<{ log: string }>) => configPlugin(config, { logLevel: { paths: 'log', read: (values) => values.log } });
    export const read = (schema: Parameters<typeof env>[0]) => env(schema);
    export const hidden = secret(1);
    export const own = (source: ConfigSource) => source.load;
    export const variables = withEnvFiles({});
  `,
  adapters: `
    import type { PortableApp } from '@blaizejs/adapters';
    import { serve as serveOnBun } from '@blaizejs/adapters/bun';
    import { serve } from '@blaizejs/adapters/deno';
    import { toLambda, toStreamingLambda } from '@blaizejs/adapters/lambda';
    import { toVercel } from '@blaizejs/adapters/vercel';
    import { bindings, toWorker } from '@blaizejs/adapters/worker';
    declare const app: PortableApp;
    export const env = bindings<{ A: string }>();
    export const all = [serveOnBun, serve, toLambda, toStreamingLambda, toVercel, toWorker] as const;
    export const worker = await toWorker(app);
    export const handler = await toLambda(app);
  `,
  redis: `
    import { redisKeyValueStore, redisPubSub, type RedisPubSubClient, redisRateLimitStore, type RedisClient } from '@blaizejs/redis';
    export const messages = (client: RedisPubSubClient) => redisPubSub(client, { prefix: 'x' });
    export const limits = (client: RedisClient) => redisRateLimitStore(client, { prefix: 'x' });
    export const values = (client: RedisClient) => redisKeyValueStore(client, { prefix: 'x' });
    export const options = (...args: Parameters<typeof redisKeyValueStore>) => args;
  `,
  plugins: `
    import { createPlugin } from '@blaizejs/plugins';
    import { debug } from '@blaizejs/plugins/debug';
    import { consulRegistration, consulTargets, createService, srvTargets } from '@blaizejs/plugins/discovery';
    import { health } from '@blaizejs/plugins/health';
    import { metrics } from '@blaizejs/plugins/metrics';
    import { traceHeaders, tracing } from '@blaizejs/plugins/tracing';
    export const operations = [debug(), health(), metrics(), tracing(), consulRegistration({ name: 'x', address: 'x' })];
    export const services = [createService(srvTargets('x')), createService(consulTargets({ name: 'x' }))];
    export const headers = traceHeaders;
    export const database = createPlugin('database', '1.0.0', async (server, options: { url: string }) => ({
      services: { db: options.url, router: server.router, events: server.events, log: server.log },
      perRequest: { now: (ctx) => ctx.request.path, ctx: (ctx) => ctx },
    }));
    export const cache = createPlugin('cache', '1.0.0', (_server, options: { ttl: number }) => ({ services: { cache: options } }), { ttl: 1 });
    export const plain = createPlugin('plain', '1.0.0', (server) => ({ services: { server } }));
    export const made = database({ url: 'x' });
    export const setup = made.setup;
  `,
  openapi: `
    import { compareDocuments, openApi, openApiDocument, type OpenApiDocument, type OpenApiOptions } from '@blaizejs/openapi';
    export const options: OpenApiOptions = { info: { title: 'T', version: '1' } };
    export const plugin = openApi(options);
    export const document = (routes: Parameters<typeof openApiDocument>[0]) => openApiDocument(routes, options);
    export const changes = (before: OpenApiDocument, after: OpenApiDocument) => compareDocuments(before, after);
    export const operations = (of: OpenApiDocument) => Object.values(of.paths);
  `,
  app: `
    import { createApp } from '@blaizejs/app';
    export const app = createApp({ middleware: [(ctx, next) => next()], plugins: [] });
    export const { router, middleware, plugins, services, events, log, fetch, limitHits, close } = app;
    export const routes = router.routes;
    export const options = (...args: Parameters<typeof createApp>) => args;
  `,
  ssl: `
    import { developmentCertificate, loadCertificate, shareTicketKeys, TlsContexts, trustCertificate } from '@blaizejs/ssl';
    import { AcmeCertificate } from '@blaizejs/ssl/acme';
    export const acme = new AcmeCertificate({ domains: ['example.org'] }, { log: console });
    export const share = shareTicketKeys;
    export const made = developmentCertificate;
    export const loaded = loadCertificate({ keyFile: 'key.pem', certFile: 'cert.pem' });
    export const contexts = async (...args: Parameters<typeof TlsContexts.load>) => TlsContexts.load(...args);
    export const trust = trustCertificate;
  `,
  server: `
    import { createServer } from '@blaizejs/server';
    export const server = createServer({ routesDir: false, middleware: [(ctx, next) => next()], plugins: [] });
    export const { router, middleware, plugins, services, events, log, addresses, state, fetch } = server;
    export const routes = router.routes;
    export const { listen, close, addEndpoint, updateTls, register, use } = server;
    export const options = (...args: Parameters<typeof createServer>) => args;
  `,
  testing: `
    import { createClient, createTestContext, inject, startTestServer } from '@blaizejs/testing';
    export const ctx = createTestContext({ params: { id: 1 }, state: { user: 'ada' }, services: { db: 1 } });
    export const plain = createTestContext();
    export const { request, response } = ctx;
    export const started = startTestServer({});
    export const injected = inject;
    export const client = createClient;
  `,
  types: `
    import type { Context, Server, Services, State } from '@blaizejs/types';
    declare module '@blaizejs/types' { interface Services { db: string } interface State { started: number } }
    export const declared = (ctx: Context) => ctx.services.db + ctx.state.started.toFixed();
    export const server = (value: Server) => value;
    export const parts = (ctx: Context) => ({ ...ctx });
    export const state = (value: State, services: Services) => ({ value, services });
  `,
  blaizejs: `
    import { compose, createApp, createGetRoute, createMiddleware, createPlugin, createRoutes, createServer, reply, useContext } from 'blaizejs';
    import { z } from 'zod';
    declare module 'blaizejs' { interface Services { mail: string } interface State { started: number } }
    export const declared = createGetRoute({ handler: (ctx) => ctx.services.mail + ctx.state.started.toFixed() });
    export const requireUser = createMiddleware<{ user: string }>((ctx, next) => next());
    export const requireAdmin = createMiddleware<{ role: 'admin' }, { user: string }>((ctx, next) => next());
    export const both = compose([requireUser, requireAdmin]);
    export const database = createPlugin('database', '1.0.0', () => ({ services: { db: 1 } }));
    export const server = createServer({ routesDir: false, middleware: [requireUser, (ctx, next) => next()], plugins: [database] });
    export const app = createApp({ middleware: [requireUser], plugins: [database] });
    export const makers = createRoutes<typeof server>();
    export const { createPostRoute } = makers;
    export const sessions = createPlugin('sessions', '1.0.0', async (_server, options: { ttl: number }) => ({
      services: { sessions: options },
      perRequest: { session: (ctx) => ({ path: ctx.request.path }) },
      terminate() {},
    }));
    export const json = createGetRoute({
      schema: { query: z.object({ page: z.coerce.number() }), response: z.json() },
      middleware: process.argv[2] ? [requireUser] : [],
      handler: ({ request, response }) => (request.query.page ? [request.query.page] : response.json(null)),
    });
    export const handler = json.handler;
    export const POST = createPostRoute({
      schema: { response: { 200: z.string(), 404: z.object({ code: z.string() }) } },
      middleware: [requireAdmin, both],
      handler: async (ctx) => (ctx.state.user ? ctx.services.db.toFixed() : reply(404, { code: 'x' })),
    });
    export const GET = createGetRoute({ middleware: [requireUser], handler: (ctx) => ctx });
    export const current = () => useContext();
  `,
};
