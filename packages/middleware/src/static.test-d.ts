import type { AnyContext, ContextResponse, Middleware } from '@blaizejs/types';

import { sendFile, serveStatic } from './static.ts';

declare const ctx: AnyContext;

const middleware: Middleware = serveStatic({ root: 'public', fallback: 'index.html', index: false });
serveStatic({ root: new URL('file:///srv'), precompressed: ['br', 'gzip'], types: { '.obj': 'model/obj' } });
const sent: Promise<ContextResponse> = sendFile(ctx, new URL('file:///srv/a.txt'), { download: 'a.txt' });

// @ts-expect-error the folder has to be named
serveStatic({});
// @ts-expect-error a coding that no sibling has
serveStatic({ root: 'public', precompressed: ['deflate'] });
// @ts-expect-error an extension has its dot
serveStatic({ root: 'public', types: { obj: 'model/obj' } });
// @ts-expect-error it takes a pattern
serveStatic({ root: 'public', immutable: 'assets' });
// @ts-expect-error a misspelt option
serveStatic({ root: 'public', fallbck: 'index.html' });
// @ts-expect-error a misspelt option
void sendFile(ctx, 'a.txt', { dowload: true });

export { middleware, sent };
