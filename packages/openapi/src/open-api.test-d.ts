import { expectTypeOf, test } from 'vitest';

import type { Plugin } from '@blaizejs/types';

import { openApi, openApiDocument, type OpenApiDocument } from './index.ts';

const info = { title: 'T', version: '1' };

test('the plugin takes the options that it knows', () => {
  expectTypeOf(openApi({ info, docs: { path: '/docs', production: true } })).toEqualTypeOf<Plugin>();
  expectTypeOf(openApi({ info, docs: '/docs' })).toEqualTypeOf<Plugin>();
  // @ts-expect-error info is missing
  openApi({ docs: '/docs' });
  // @ts-expect-error there is no such option
  openApi({ info, doc: '/docs' });
  // @ts-expect-error a version is needed
  openApi({ info: { title: 'T' } });
});

test('a document is of routes, an app or a server', () => {
  expectTypeOf(openApiDocument([], { info })).toEqualTypeOf<Promise<OpenApiDocument>>();
  void openApiDocument({ router: { routes: [] } }, { info, strict: false });
  // @ts-expect-error serving is for the plugin
  void openApiDocument([], { info, docs: '/docs' });
});
