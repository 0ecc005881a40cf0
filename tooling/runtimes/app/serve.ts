import { app } from './app.ts';

await app.router.addRouteDirectory('routes');
const { serve } =
  'Deno' in globalThis ? await import('@blaizejs/adapters/deno') : await import('@blaizejs/adapters/bun');
const { url } = await serve(app, { port: 0, host: '127.0.0.1' });
console.log(url);
