import { createMiddleware } from '@blaizejs/middleware';

export default createMiddleware({
  name: 'root',
  onRequest: (ctx) => void ctx.response.append('x-way', 'root'),
  onSend: ({ response }) => void response.header('x-sent', String(response.statusCode)),
});
