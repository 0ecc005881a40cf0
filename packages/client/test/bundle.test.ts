import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';

import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const directory = fileURLToPath(new URL('..', import.meta.url));

/** Bundles code for a browser, from source. */
async function bundle(code: string, format: 'esm' | 'iife' = 'esm') {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: directory },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format,
    globalName: 'bundle',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@blaizejs/source'],
    logLevel: 'error',
  });
  const text = outputFiles[0]?.text ?? '';
  const inputs = Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : []));
  return { text, inputs, gzipped: gzipSync(text, { level: 9 }).length };
}

describe('bundled for a browser', () => {
  test('it imports nothing of Node, and no class of an error', async () => {
    const { text, inputs } = await bundle("export * from '@blaizejs/client';");
    expect(text).not.toMatch(/node:|\bprocess\b|\bBuffer\b|\brequire\b/);
    expect(inputs.filter((file) => !/(?:^<stdin>|client\/src\/[\w-]+\.ts)$/.test(file))).toEqual([]);
  });

  test('a client takes 4 kB, and 5.1 with lines and events', async () => {
    expect((await bundle("export { createClient } from '@blaizejs/client';")).gzipped).toBeLessThanOrEqual(
      4_000,
    );
    expect((await bundle("export * from '@blaizejs/client';")).gzipped).toBeLessThanOrEqual(5_100);
  });

  test('it runs with what a browser and a worker have', async () => {
    const { text } = await bundle("export { createClient } from '@blaizejs/client';", 'iife');
    const web = {
      AbortController,
      Blob,
      FormData,
      Headers,
      Request,
      Response,
      TextDecoder,
      URL,
      URLSearchParams,
    };
    const sent: string[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      sent.push(request.url);
      return Response.json({ ok: true });
    };
    const location = { href: 'https://example.org/page' };
    const call =
      "bundle.createClient('/api').get('/users/[id]', { params: { id: 'ü' }, query: { a: [1, 2] } })";
    const data: unknown = await runInNewContext(`${text};${call}`, {
      ...web,
      fetch,
      location,
      setTimeout,
      clearTimeout,
    });
    expect(data).toEqual({ ok: true });
    expect(sent).toEqual(['https://example.org/api/users/%C3%BC?a=1&a=2']);
  });
});
