import { createApp } from '@blaizejs/app';

/** An app that every runtime serves. Its routes come from the folder, which a build bundles. */
export const app = createApp({ mode: 'production' });
