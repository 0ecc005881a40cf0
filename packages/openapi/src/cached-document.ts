import type { Middleware, RouteInfo } from '@blaizejs/types';

import { openApiDocument } from './open-api-document.ts';
import type { OpenApiDocumentOptions } from './options.ts';
import { etagOf, type Served } from './serve.ts';

interface Source {
  readonly router: { readonly routes: readonly RouteInfo[] };
  readonly middleware: readonly Middleware[];
}

interface Version {
  readonly routes: readonly RouteInfo[];
  readonly middleware: readonly Middleware[];
  readonly served: Promise<Served>;
}

/** The document of an app, built once for each set of routes. */
export class CachedDocument {
  readonly #source: Source;
  readonly #options: OpenApiDocumentOptions;
  #version: Version | undefined;

  constructor(source: Source, options: OpenApiDocumentOptions) {
    this.#source = source;
    this.#options = options;
  }

  read(): Promise<Served> {
    const { router, middleware } = this.#source;
    const { routes } = router;
    const known = this.#version;
    // A route that is loaded again is another object.
    if (known && isSame(known.routes, routes) && isSame(known.middleware, middleware)) return known.served;
    const version = { routes: [...routes], middleware: [...middleware], served: this.#build() };
    this.#version = version;
    version.served.catch(() => {
      if (this.#version === version) this.#version = undefined;
    });
    return version.served;
  }

  async #build(): Promise<Served> {
    const content = JSON.stringify(await openApiDocument(this.#source, this.#options));
    return { type: 'application/json; charset=utf-8', content, etag: await etagOf(content) };
  }
}

function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((each, index) => each === now[index]);
}
