import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ConfigurationError } from '@blaizejs/errors';

import type { OpenApiServer } from './document.ts';
import { START_SCRIPT } from './docs-script.ts';
import { etagOf, type Served } from './serve.ts';

const UI = 'swagger-ui-dist';
const FILES = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' } as const;
const START = 'start.js';

interface PageOptions {
  /** The path of the page. */
  readonly at: string;
  /** The path of the document. */
  readonly document: string;
  readonly title: string;
  /** The page may send requests there. */
  readonly servers: readonly OpenApiServer[];
}

/** A page that shows a document with Swagger UI. Everything on it comes from this process. */
export class DocsPage {
  /** What the page loads, by the name below its path. */
  readonly files: ReadonlyMap<string, Served>;
  readonly #options: PageOptions;

  private constructor(files: ReadonlyMap<string, Served>, options: PageOptions) {
    this.files = files;
    this.#options = options;
  }

  /** @throws ConfigurationError if the package of the page is not installed */
  static async load(options: PageOptions): Promise<DocsPage> {
    const folder = folderOfUi(options.at);
    const files = new Map<string, Served>([[START, await fileOf('text/javascript', START_SCRIPT)]]);
    for (const [name, type] of Object.entries(FILES)) {
      files.set(name, await fileOf(type, await readFile(path.join(folder, name))));
    }
    return new DocsPage(files, options);
  }

  /** @param requested the path of the request, which may have a slash at its end */
  read(requested: string): Served {
    const { at, document, title, servers } = this.#options;
    const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    // Relative, so that the page also works where a proxy serves it below another path.
    const up = requested.endsWith('/') ? '../' : '';
    const below = `${up}${at.slice(at.lastIndexOf('/') + 1)}/`;
    const origins = servers.flatMap(({ url }) => originOf(url) ?? []);
    const policy = [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "img-src 'self' data:",
      `connect-src ${["'self'", ...new Set(origins)].join(' ')}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ];
    const content = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escape(title)}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" nonce="${nonce}" href="${escape(below)}swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script nonce="${nonce}" src="${escape(below)}swagger-ui-bundle.js"></script>
    <script nonce="${nonce}" src="${escape(below)}${START}" data-document="${escape(up + relativeTo(at, document))}"></script>
  </body>
</html>
`;
    return {
      type: 'text/html; charset=utf-8',
      content,
      headers: { 'content-security-policy': policy.join('; '), 'referrer-policy': 'no-referrer' },
    };
  }
}

/** Undefined for an origin that a policy can't name: the host of a URL may contain a semicolon, which ends a directive. */
function originOf(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : undefined;
}

async function fileOf(type: string, content: string | Uint8Array): Promise<Served> {
  return { type: `${type}; charset=utf-8`, content, etag: await etagOf(content) };
}

function folderOfUi(at: string): string {
  for (const from of [import.meta.url, path.join(process.cwd(), '_')]) {
    try {
      return path.dirname(createRequire(from).resolve(`${UI}/package.json`));
    } catch {
      // It may be installed beside the app.
    }
  }
  throw new ConfigurationError([
    {
      path: 'docs',
      received: at,
      expected: `no page, or the package ${UI} beside the app`,
      suggestion: `npm install ${UI}`,
    },
  ]);
}

function relativeTo(page: string, document: string): string {
  return path.posix.relative(path.posix.dirname(page), document);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
