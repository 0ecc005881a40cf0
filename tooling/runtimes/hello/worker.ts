import { toWorker } from '@blaizejs/adapters/worker';
import { createApp } from '@blaizejs/app';

const app = createApp();
app.router.addRoute('GET', '/', { handler: () => 'hello' });

export default await toWorker(app);
