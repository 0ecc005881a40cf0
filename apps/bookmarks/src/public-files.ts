import { readFile } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Reads a file of the page. The name comes from code, never from a request. */
export async function readPublicFile(name: 'index.html' | 'app.js' | 'style.css'): Promise<string> {
  if (name !== 'app.js') return readFile(path.join(ROOT, 'public', name), 'utf8');
  if (process.env.NODE_ENV !== 'production') return bundlePage();
  return readFile(path.join(ROOT, 'dist/page/app.js'), 'utf8');
}

/** The script as page/ is now. For production, the build writes it to dist/page. */
async function bundlePage(): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, 'page/app.ts')],
    bundle: true,
    format: 'esm',
    sourcemap: 'inline',
    write: false,
    logLevel: 'silent',
    // BlaizeJS from its sources, as in this repository nothing is built in development.
    conditions: ['@blaizejs/source'],
  });
  return outputFiles[0]?.text ?? '';
}
