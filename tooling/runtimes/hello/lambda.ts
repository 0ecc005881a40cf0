import { toLambda } from '@blaizejs/adapters/lambda';
import { createApp } from '@blaizejs/app';

const app = createApp();
app.router.addRoute('GET', '/', { handler: () => 'hello' });

export const handler = await toLambda(app);
