import { bindings, toWorker } from '@blaizejs/adapters/worker';
import { createApp } from '@blaizejs/app';

const app = createApp({ mode: 'production', plugins: [bindings<{ GREETING: string }>()] });
await app.router.addRouteDirectory('routes');
app.router.addRoute('GET', '/greeting', { handler: ({ services }) => services.env.GREETING });
export default await toWorker(app, { clientIp: (request) => request.headers.get('x-test-ip') });
