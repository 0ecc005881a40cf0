import path from 'node:path';
import { serveStatic } from '@blaizejs/middleware/static';
import { createMiddleware } from 'blaizejs';

const ROOT = path.resolve(import.meta.dirname, '..');
const SCRIPT = /^\/assets\/(app|live)\.js$/;

/** The scripts as page/ is now. For production, the build writes them to dist/page. */
const bundledScript = createMiddleware({
  name: 'bundled-script',
  onRequest: async ({ request, response }) => {
    const [, name] = SCRIPT.exec(request.path) ?? [];
    if (name === undefined) return;
    const { build } = await import('esbuild');
    const { outputFiles } = await build({
      entryPoints: [path.join(ROOT, `page/${name}.ts`)],
      bundle: true,
      format: 'esm',
      sourcemap: 'inline',
      write: false,
      logLevel: 'silent',
      // BlaizeJS from its sources, as in this repository nothing is built in development.
      conditions: ['@blaizejs/source'],
    });
    return response.type('text/javascript; charset=utf-8').send(outputFiles[0]?.text ?? '');
  },
});

/** Serves the pages: HTML and CSS as they are in public/, and the scripts. */
export function page() {
  const files = serveStatic({ root: path.join(ROOT, 'public') });
  if (process.env.NODE_ENV !== 'production') return [files, bundledScript];
  return [files, serveStatic({ root: path.join(ROOT, 'dist/page'), prefix: '/assets' })];
}
