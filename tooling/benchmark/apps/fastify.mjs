import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify from 'fastify';

import { bytes, credentials, hello, HOST, Item, ORIGIN, portOf } from './shared.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { z } from 'zod' */
/** @import { AppOptions } from './shared.mjs' */

const pass = async () => {};

/** @param {AppOptions} options */
export async function start(options) {
  const app = /** @type {FastifyInstance} */ (
    options.protocol === 'h2' ? Fastify({ http2: true, https: credentials(options) }) : Fastify()
  );
  app.setValidatorCompiler(({ schema }) => (data) => {
    const { success, data: value, error } = /** @type {z.ZodType} */ (schema).safeParse(data);
    return success ? { value } : { error };
  });
  app.get('/json', async () => hello());
  app.get('/users/:id', async (request) => {
    const { id } = /** @type {Record<string, string>} */ (request.params);
    const { verbose, page } = /** @type {Record<string, string>} */ (request.query);
    return { id, verbose, page };
  });
  app.post('/items', { schema: { body: Item } }, async (request, reply) => {
    reply.code(201);
    return { id: 1, .../** @type {z.output<typeof Item>} */ (request.body) };
  });
  app.get('/chain', { preHandler: [pass, pass, pass, pass, pass] }, async () => hello());
  await app.register(
    async (scope) => {
      await scope.register(cors, { origin: [ORIGIN] });
      scope.get('/', async () => hello());
    },
    { prefix: '/with/cors' },
  );
  await app.register(
    async (scope) => {
      await scope.register(helmet);
      scope.get('/', async () => hello());
    },
    { prefix: '/with/security-headers' },
  );
  await app.register(
    async (scope) => {
      await scope.register(cors, { origin: [ORIGIN] });
      await scope.register(helmet);
      scope.get('/', async () => hello());
    },
    { prefix: '/with/protection' },
  );
  app.get('/stream', async (_request, reply) => {
    reply.type('application/octet-stream');
    return bytes();
  });
  for (let route = 0; route < options.routes; route++) {
    app.get(`/r${route}/:id`, async (request) => {
      const { id } = /** @type {Record<string, string>} */ (request.params);
      return { route, id };
    });
  }
  await app.listen({ port: 0, host: HOST });
  return portOf(app.server);
}
