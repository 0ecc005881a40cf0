import { toWorker } from '@blaizejs/adapters/worker';

import { app } from './app.ts';

await app.router.addRouteDirectory('routes');
export default await toWorker(app, { clientIp: (request) => request.headers.get('x-test-ip') });
