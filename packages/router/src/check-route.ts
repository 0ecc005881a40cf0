import type { ConfigurationProblem } from '@blaizejs/errors';
import {
  type Check,
  flag,
  is,
  isObject,
  leftOut,
  list,
  listProblems,
  middlewareList,
  milliseconds,
  oneOf,
  optional,
  options,
  positive,
  problemsWith,
  record,
  text,
  withoutState,
} from '@blaizejs/errors/internal';
import type { AnyRoute } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_CONSTRAINTS: true | undefined;
declare const BLAIZE_WITHOUT_DOCS: true | undefined;
declare const BLAIZE_WITHOUT_HINTS: true | undefined;
declare const BLAIZE_WITHOUT_MIDDLEWARE: true | undefined;
declare const BLAIZE_WITHOUT_READERS: true | undefined;
declare const BLAIZE_WITHOUT_SCHEMA: true | undefined;
declare const BLAIZE_WITHOUT_TUNNELS: true | undefined;

const SCHEMA = 'a Standard Schema, such as z.object({ … })';
const STATUS = /^[2-5]\d\d$/;

const isSchema = (value: unknown): boolean =>
  typeof (value as { '~standard'?: { validate?: unknown } } | null | undefined)?.['~standard']?.validate ===
  'function';

const schema: Check<unknown> = (value, path, report) => {
  if (isSchema(value)) return;
  const isShape = isObject(value) && Object.values(value).some(isSchema);
  report(path, value, SCHEMA, isShape ? 'Wrap it: `z.object({ … })`.' : undefined);
};

/** What `content()` and the like say of themselves. */
interface Content {
  readonly type: string;
  readonly kind: string;
}

function contentOf(value: unknown): Content | undefined {
  return isSchema(value) ? (value as { '~content'?: Content })['~content'] : undefined;
}

/** The schema of params, query, headers or cookies, which are objects of texts. */
const fields: Check<unknown> = (value, path, report) => {
  if (contentOf(value)) report(path, value, `${SCHEMA}; content() and ndjson() are for bodies and answers`);
  else schema(value, path, report);
};

/** @param type the media type whose schema it is */
function bodySchema(
  value: unknown,
  path: string,
  report: Parameters<Check<unknown>>[2],
  type?: string,
): void {
  const content = contentOf(value);
  if (content?.kind === 'events') report(path, value, `${SCHEMA}; events() is for answers`);
  else if (content?.kind === 'bytes' && type !== undefined && content.type !== type)
    report(path, value, `content('${type}'), as the key says`);
  else schema(value, path, report);
}

const MEDIA_TYPE = /^[^\s/;*A-Z]+\/(?:\*|[^\s/;*A-Z]+)$/;
const A_MEDIA_TYPE =
  'a media type in lower case, without parameters, as the key, such as application/json or text/*';

const body: Check<unknown> = (value, path, report) => {
  const byType = isObject(value) && !isSchema(value) ? Object.entries(value) : [];
  if (!byType.some(([type]) => type.includes('/'))) {
    bodySchema(value, path, report);
    return;
  }
  for (const [type, each] of byType) {
    if (!MEDIA_TYPE.test(type)) report(`${path}.${type}`, each, A_MEDIA_TYPE);
    else bodySchema(each, `${path}.${type}`, report, type);
  }
};

const words = text('a text');
const names = list(words, 'a list of texts');
const docs: Check<unknown> =
  typeof BLAIZE_WITHOUT_DOCS === 'undefined'
    ? /* @__PURE__ */ options(
        {
          summary: optional(words),
          description: optional(words),
          tags: optional(names),
          operationId: optional(
            is(
              'letters, digits, ".", "_" and "-"',
              (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
            ),
          ),
          deprecated: optional(flag),
          visibility: optional(oneOf('public', 'internal', 'hidden')),
          security: optional(
            list(record(names, 'scopes by the name of a scheme'), 'a list such as [{ bearer: [] }]'),
          ),
          examples: optional(
            options(
              {
                body: optional(is('examples by name', isObject)),
                response: optional(record(is('examples by name', isObject), 'examples by status')),
              },
              'an object such as { body: { plain: { … } } }',
            ),
          ),
        },
        "an object such as { summary: 'Lists the users' }",
      )
    : leftOut('docs');

const response: Check<unknown> = (value, path, report) => {
  if (isSchema(value)) return;
  const byStatus = isObject(value) ? Object.entries(value) : [];
  if (byStatus.length === 0) {
    report(path, value, `${SCHEMA}, or one schema per status`);
    return;
  }
  for (const [status, each] of byStatus) {
    if (!STATUS.test(status)) report(`${path}.${status}`, each, 'a status from 200 to 599 as the key');
    else if (each !== null && !isSchema(each))
      report(`${path}.${status}`, each, `${SCHEMA}, or null for no content`);
  }
};

/** Readers by media type. */
export const bodyReaders: Check<unknown> =
  typeof BLAIZE_WITHOUT_READERS === 'undefined'
    ? (value, path, report) => {
        record(
          is(
            'a function ({ stream, headers, limit, signal }) that returns a value',
            (reader) => typeof reader === 'function',
          ),
          "an object such as { 'application/yaml': reader }",
        )(value, path, report);
        for (const type of isObject(value) ? Object.keys(value) : []) {
          if (/^[^\s/;*]+\/[^\s/;*]+$/.test(type)) continue;
          const expected = 'a media type without parameters or "*" as the key, such as application/yaml';
          report(`${path}.${type}`, value, expected);
        }
      }
    : leftOut('bodyReaders');

const HOST = /^[^\s/:@]+$|^\[[^\s/@]+\]$/;
const textOrRegExp = is(
  'a text or a regular expression',
  (value) => value instanceof RegExp || (typeof value === 'string' && value !== ''),
);
const HEADERS = "an object such as { 'x-tenant': 'acme' }";
const byHeader: Check<unknown> = (value, path, report) => {
  record(textOrRegExp, HEADERS)(value, path, report);
  for (const name of isObject(value) ? Object.keys(value) : []) {
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name))
      report(`${path}.${name}`, name, 'the name of a header as the key');
  }
};
const constraints: Check<unknown> =
  typeof BLAIZE_WITHOUT_CONSTRAINTS === 'undefined'
    ? /* @__PURE__ */ options(
        {
          host: optional(
            is(
              'a host without a port, or a regular expression',
              (value) => value instanceof RegExp || (typeof value === 'string' && HOST.test(value)),
            ),
          ),
          version: optional(
            is('a text such as "2"', (value) => typeof value === 'string' && /^\S(?:.*\S)?$/.test(value)),
          ),
          accept: optional(
            is(
              'a media type such as application/vnd.acme.v2+json',
              (value) => typeof value === 'string' && /^[^\s/;,*]+\/[^\s/;,*]+(?:;[^,]+)?$/.test(value),
            ),
          ),
          headers: optional(byHeader),
        },
        "an object such as { version: '2' }",
        (value, path, report) => {
          if (Object.values(value).every((each) => each === undefined)) {
            report(path, value, "at least one constraint, such as { version: '2' }");
          }
        },
      )
    : leftOut('constraints');

// RFC 8288 section 3, in one line: of several links, each is a text of its own.
const LINK =
  /^<[\x21\x23-\x3b\x3d\x3f-\x7e]+>(?:\s*;\s*[\w!#$&+.^`|~*-]+(?:=(?:"[\x20\x21\x23-\x7e]*"|[^\s;,"]+))?)+$/;
const link = /* @__PURE__ */ is(
  'a link such as </app.css>; rel=preload; as=style',
  (value) => typeof value === 'string' && LINK.test(value) && /^[\x20-\x7e]+$/.test(value),
);
const links = /* @__PURE__ */ list(link, 'true, false or a list of links');
const earlyHints: Check<unknown> =
  typeof BLAIZE_WITHOUT_HINTS === 'undefined'
    ? (value, path, report) => {
        if (typeof value !== 'boolean') links(value, path, report);
      }
    : leftOut('earlyHints');

const shape = {
  handler: is('a function (ctx) that returns the answer', (value) => typeof value === 'function'),
  schema: optional(
    typeof BLAIZE_WITHOUT_SCHEMA === 'undefined'
      ? options(
          {
            params: optional(fields),
            query: optional(fields),
            headers: optional(fields),
            cookies: optional(fields),
            body: optional(body),
            response: optional(response),
          },
          'an object such as { query: z.object({ … }) }',
        )
      : leftOut('schema'),
  ),
  middleware: optional(
    typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' ? middlewareList : leftOut('middleware'),
  ),
  meta: optional(is('an object', isObject)),
  docs: optional(docs),
  tunnel: optional(oneOf('websocket')),
  constraints: optional(constraints),
  bodyReaders: optional(bodyReaders),
  decompressRequests: optional(flag),
  earlyHints: optional(earlyHints),
  bodyLimit: optional(positive),
  handlerTimeout: optional(milliseconds),
  requestTimeout: optional(milliseconds),
  path: optional(is('a path', (value) => typeof value === 'string')),
  method: optional(is('a method', (value) => typeof value === 'string')),
};
const NAMES = Object.keys(shape);
const route = options(shape, 'an object with a handler');

/** Finds problems that depend on the app: whether it can read the bodies that a route has schemas for, say. */
export type RouteCheck = (route: AnyRoute) => readonly ConfigurationProblem[];

/**
 * What is wrong with a route, in a clause that continues "the route …"; undefined if nothing is.
 *
 * @param check only called if nothing else is wrong
 */
export function routeProblem(value: unknown, method: string, check?: RouteCheck): string | undefined {
  if (!isObject(value)) return 'is not an object with a handler';
  const problems: ConfigurationProblem[] = problemsWith(route, withoutState(value, NAMES));
  if (typeof BLAIZE_WITHOUT_TUNNELS === 'undefined' && value.tunnel !== undefined && method !== 'GET') {
    const expected = 'a route for GET, with which every tunnel begins';
    problems.push({ path: 'tunnel', received: value.tunnel, expected });
  }
  if (typeof BLAIZE_WITHOUT_HINTS === 'undefined' && value.earlyHints && method !== 'GET') {
    const expected = 'a route for GET, with which pages are loaded';
    problems.push({ path: 'earlyHints', received: value.earlyHints, expected });
  }
  if (
    typeof BLAIZE_WITHOUT_CONSTRAINTS === 'undefined' &&
    value.tunnel !== undefined &&
    value.constraints !== undefined
  ) {
    problems.push({
      path: 'constraints',
      received: value.constraints,
      expected: 'none in a route with a tunnel',
    });
  }
  if (problems.length === 0 && check) problems.push(...check(value as unknown as AnyRoute));
  return problems.length === 0 ? undefined : `has ${listProblems(problems)}`;
}
