import { expect, test } from 'vitest';

import { createApp } from '@blaizejs/app';

import { openApi, type OpenApiDocument, openApiDocument } from '../src/index.ts';
import { INFO } from './describe.ts';

test('an app without sockets serves the document that openApiDocument() gives', async () => {
  const app = createApp({ logger: false, plugins: [openApi({ info: INFO })] });
  app.router.addRoute('GET', '/', { handler: () => 'a' });
  const response = await app.fetch(new Request('https://example.com/openapi.json'));
  const served = (await response.json()) as OpenApiDocument;
  expect(served).toEqual(await openApiDocument(app, { info: INFO }));
  expect(Object.keys(served.paths)).toEqual(['/']);
  await app.close();
});
