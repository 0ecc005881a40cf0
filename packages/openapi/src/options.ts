import type { Middleware, MiddlewareInput, RouteInfo, SecuritySchemes } from '@blaizejs/types';
import {
  type Check,
  checkOptions,
  flag,
  is,
  isObject,
  list,
  middlewareList,
  optional,
  options,
} from '@blaizejs/errors/internal';

import type { ExternalDocs, OpenApiInfo, OpenApiServer, OpenApiTag } from './document.ts';

/** The parts of a document that do not come from routes. */
export interface DocumentOptions {
  /** `{ title: 'Bookmarks', version: '1.0.0' }` */
  readonly info: OpenApiInfo;
  /** Default: the server that serves the document. */
  readonly servers?: readonly OpenApiServer[] | undefined;
  /** Describes the groups that `docs.tags` of routes name, in the order in which a page shows them. */
  readonly tags?: readonly OpenApiTag[] | undefined;
  readonly externalDocs?: ExternalDocs | undefined;
  /** Security schemes that `docs.security` may name besides those that middleware declares. */
  readonly securitySchemes?: SecuritySchemes | undefined;
  /** Whether routes with `docs.visibility: 'internal'` are in it. Default: false. */
  readonly includeInternal?: boolean | undefined;
}

/** Where a document takes its routes from: an app or a server, or a list of routes. */
export type RouteSource =
  | readonly RouteInfo[]
  | {
      readonly router: { readonly routes: readonly RouteInfo[] };
      /** Global middleware; what it requires of clients holds for every route. */
      readonly middleware?: readonly Pick<Middleware, 'security'>[] | undefined;
    };

/** The options of {@link openApiDocument}. */
export interface OpenApiDocumentOptions extends DocumentOptions {
  /**
   * Whether names that clash and examples that do not fit are an error. If not, they are warnings: the later of two names
   * gets a number, and the example is left out. Default: true.
   */
  readonly strict?: boolean | undefined;
  /** Called for each thing that the document cannot describe. Default: writes a warning to the console. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Where the page is, and when. */
export interface DocsOptions {
  /** The path of the page, such as `/docs`. */
  readonly path: string;
  /** Whether there is a page in production too. Default: false. */
  readonly production?: boolean | undefined;
}

/** The options of the plugin {@link openApi}. */
export interface OpenApiOptions extends DocumentOptions {
  /** The path of the document. Default: `/openapi.json`. */
  readonly path?: string | undefined;
  /**
   * The path of a page that shows the document in development, such as `/docs`; `{ path: '/docs', production: true }` for a
   * page in production too. It needs the package `swagger-ui-dist`. Default: no page.
   */
  readonly docs?: string | DocsOptions | false | undefined;
  /** Middleware of the document and the page, such as one that requires a user. */
  readonly middleware?: readonly MiddlewareInput[] | undefined;
}

const path = is<string>(
  'a path such as /openapi.json, without parameters',
  (value) => typeof value === 'string' && /^(?:\/[\w.~-]+)+$/.test(value),
);

const documentShape = {
  info: is<OpenApiInfo>(
    "an object with title and version, such as { title: 'Bookmarks', version: '1.0.0' }",
    (value) => isObject(value) && isText(value['title']) && isText(value['version']),
  ),
  servers: optional(
    list(
      is<OpenApiServer>(
        "an object such as { url: 'https://api.example.com' }",
        (value) => isObject(value) && isText(value['url']),
      ),
      'a list of servers',
    ),
  ),
  tags: optional(
    list(
      is<OpenApiTag>(
        "an object such as { name: 'users' }",
        (value) => isObject(value) && isText(value['name']),
      ),
      'a list of tags',
    ),
  ),
  externalDocs: optional(
    is<ExternalDocs>('an object with url', (value) => isObject(value) && isText(value['url'])),
  ),
  securitySchemes: optional(is<SecuritySchemes>('security schemes by name', isObject)),
  includeInternal: optional(flag),
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

const documentOptions = options(
  {
    ...documentShape,
    strict: optional(flag),
    onWarning: optional(
      is<(message: string) => void>('a function (message)', (value) => typeof value === 'function'),
    ),
  },
  'an object with info',
);

const docsOptions = options({ path, production: optional(flag) }, "an object such as { path: '/docs' }");

const docs: Check<unknown> = (value, at, report) => {
  if (value !== false) (isObject(value) ? docsOptions : path)(value, at, report);
};

const pluginOptions = options(
  {
    ...documentShape,
    path: optional(path),
    docs: optional(docs),
    middleware: optional(middlewareList),
  },
  'an object with info',
  (given, at, report) => {
    const { path: document, docs: page } = placesOf(given);
    if (page && page.path === document) {
      report(at === '' ? 'docs' : `${at}.docs`, page.path, 'another path than that of the document');
    }
  },
);

/** The paths of the document and of the page, complete. */
export function placesOf({ path = '/openapi.json', docs = false }: Pick<OpenApiOptions, 'path' | 'docs'>): {
  readonly path: string;
  readonly docs: Required<DocsOptions> | undefined;
} {
  if (docs === false) return { path, docs: undefined };
  const page = typeof docs === 'string' ? { path: docs } : docs;
  return { path, docs: { path: page.path, production: page.production ?? false } };
}

/** @throws ConfigurationError that lists every problem */
export function checkDocumentOptions(given: OpenApiDocumentOptions): void {
  checkOptions(documentOptions, given);
}

/** @throws ConfigurationError that lists every problem */
export function checkPluginOptions(given: OpenApiOptions): void {
  checkOptions(pluginOptions, given);
}
