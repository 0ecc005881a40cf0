import type { RouteInfo, RouteSchema, Schema, SecuritySchemes } from '@blaizejs/types';

import { SchemaComponents } from './components.ts';
import { SchemaConverter } from './convert-schema.ts';
import type { OpenApiDocument, OpenApiMethod, OpenApiOperation, PathItem } from './document.ts';
import { Examples } from './examples.ts';
import { sorted } from './json.ts';
import { METHODS } from './methods.ts';
import { describeRoute, nameOf, operationIdOf } from './operation-id.ts';
import { checkDocumentOptions, type OpenApiDocumentOptions, type RouteSource } from './options.ts';
import { parametersOf } from './parameters.ts';
import { type PathTemplate, pathTemplates } from './path-template.ts';
import { problemResponses } from './problem-responses.ts';
import { Findings, OpenApiError } from './problems.ts';
import { requestBodyOf } from './request-body.ts';
import { responsesOf } from './responses.ts';
import { SchemaWriter } from './schema-writer.ts';
import { Security } from './security.ts';

// Tests replace the global one.
const later = setTimeout;
const PROBLEM_REF = '#/components/responses/';

/**
 * Describes routes as an OpenAPI 3.1 document. The same routes give the same document, in the same order: it can be
 * committed and compared.
 *
 * ```ts
 * const document = await openApiDocument(app, { info: { title: 'Bookmarks', version: '1.0.0' } });
 * ```
 *
 * Mounted apps are not described: the framework does not know their routes.
 *
 * @param source an app or server that is ready, or a list of routes, as `app.router.routes`
 * @throws ConfigurationError for options that cannot be used
 * @throws OpenApiError `ERR_BLAIZE_OPENAPI` for names that clash and examples that do not fit, unless `strict` is false
 */
export async function openApiDocument(
  source: RouteSource,
  options: OpenApiDocumentOptions,
): Promise<OpenApiDocument> {
  checkDocumentOptions(options);
  const { strict = true, onWarning = warn } = options;
  const findings = new Findings();
  const document = await build(source, options, findings);
  if (strict && findings.problems.length > 0) throw new OpenApiError(findings.problems);
  for (const text of [...findings.problems, ...findings.warnings]) onWarning(text);
  return document;
}

/** One operation to describe. */
interface Planned {
  readonly route: RouteInfo;
  readonly method: OpenApiMethod;
  readonly template: PathTemplate;
  readonly operationId: string;
}

async function build(
  source: RouteSource,
  options: OpenApiDocumentOptions,
  findings: Findings,
): Promise<OpenApiDocument> {
  const { info, servers, tags, externalDocs, securitySchemes = {}, includeInternal = false } = options;
  const [routes, global] = read(source);
  const shown = routes.filter(({ tunnel, docs }) => {
    // OpenAPI has no words for what goes on in a tunnel, and clients made from the document could only fail at it.
    const { visibility = tunnel === undefined ? 'public' : 'hidden' } = docs;
    return includeInternal ? visibility !== 'hidden' : visibility === 'public';
  });
  const components = new SchemaComponents(findings);
  const converter = await SchemaConverter.for(shown.flatMap(({ schema }) => schemasOf(schema)));
  const writer = new SchemaWriter(converter, components, findings);
  const security = new Security(securitySchemes, findings);

  const paths: Record<string, PathItem> = {};
  const problems = new Set<string>();
  for (const [index, planned] of plan(shown, findings).entries()) {
    // A thousand routes take a second. This lets the server answer requests in the meantime.
    if (index % 25 === 24) await new Promise((resolve) => later(resolve, 0));
    const operation = await describe(planned, writer, security, global, findings);
    paths[planned.template.path] = { ...paths[planned.template.path], [planned.method]: operation };
    for (const answer of Object.values(operation.responses)) {
      if ('$ref' in answer) problems.add(answer.$ref.slice(PROBLEM_REF.length));
    }
  }
  const responses = problemResponses(problems, components);
  const { value, schemas } = components.resolve({ paths, responses });
  const all = {
    ...(Object.keys(schemas).length > 0 && { schemas }),
    ...(Object.keys(responses).length > 0 && { responses: value.responses }),
    ...(Object.keys(security.schemes).length > 0 && { securitySchemes: security.schemes }),
  };
  return {
    openapi: '3.1.0',
    info,
    ...(servers && { servers: [...servers] }),
    ...(tags && { tags: [...tags] }),
    ...(externalDocs && { externalDocs }),
    paths: value.paths,
    ...(Object.keys(all).length > 0 && { components: all }),
  };
}

function read(source: RouteSource): [readonly RouteInfo[], readonly SecuritySchemes[]] {
  if (!('router' in source)) return [source, []];
  return [
    source.router.routes,
    (source.middleware ?? []).flatMap(({ security }) => (security ? [security] : [])),
  ];
}

function schemasOf({ params, query, headers, cookies, body, response }: RouteSchema = {}): Schema[] {
  return [params, query, headers, cookies, body, response].flatMap((part): Schema[] => {
    if (!part) return [];
    const given: (Schema | null)[] = '~standard' in part ? [part] : Object.values<Schema | null>(part);
    return given.flatMap((schema) => (schema === null ? [] : [schema, ...itemsOf(schema)]));
  });
}

function itemsOf(schema: Schema): Schema[] {
  const { item, events } =
    (schema as { '~content'?: { item?: Schema; events?: Readonly<Record<string, Schema>> } })['~content'] ??
    {};
  return [...(item ? [item] : []), ...Object.values(events ?? {})];
}

/** All operations, in order of path and method, each with an `operationId` of its own. */
function plan(routes: readonly RouteInfo[], findings: Findings): Planned[] {
  const templates = new Map<string, PathTemplate>();
  const found: Omit<Planned, 'operationId'>[] = [];
  for (const route of routes) {
    const method = METHODS.find((each) => each === route.method.toLowerCase());
    if (!method) {
      findings.warn(`${nameOf(route)} is left out: OpenAPI 3.1 can't describe the method ${route.method}.`);
      continue;
    }
    for (const own of pathTemplates(route)) {
      // Templates that differ only in parameter names are one path, with the names of the first route.
      const first = templates.get(own.key) ?? own;
      templates.set(own.key, first);
      const parameters = own.parameters.map((each, index) => ({
        ...each,
        name: first.parameters[index]?.name ?? each.name,
      }));
      found.push({ route, method, template: { ...first, parameters } });
    }
  }
  const planned = onePerOperation(found, findings);
  planned.sort(
    (a, b) =>
      compare(a.template.path, b.template.path) || METHODS.indexOf(a.method) - METHODS.indexOf(b.method),
  );
  const owners = new Map<string, RouteInfo>();
  return planned.map((each) => {
    const { route, method, template } = each;
    const wanted = route.docs.operationId ?? operationIdOf(method, template.path);
    const owner = owners.get(wanted);
    // The two paths of an optional parameter are one route.
    if (owner && owner !== route) {
      findings.problem(
        `${nameOf(owner)} and ${nameOf(route)} have the operationId ${JSON.stringify(wanted)}. Set docs.operationId of one.`,
      );
    }
    let operationId = wanted;
    for (let count = 2; owners.has(operationId); count++) operationId = `${wanted}_${count}`;
    owners.set(operationId, route);
    return { ...each, operationId };
  });
}

/**
 * OpenAPI has one operation for each path and method. If constraints, or patterns that OpenAPI can't tell apart, let several
 * routes serve it, the one without constraints is described, or else the first.
 */
function onePerOperation<T extends Omit<Planned, 'operationId'>>(
  found: readonly T[],
  findings: Findings,
): T[] {
  const groups = new Map<string, T[]>();
  for (const each of found) {
    const key = `${each.method} ${each.template.path}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const shown = group.find(({ route }) => !route.constraints) ?? group[0];
    if (!shown) return [];
    const others = group.filter((each) => each !== shown);
    if (others.length > 0) {
      const names = others.map(({ route }) => describeRoute(route));
      findings.warn(
        `${describeRoute(shown.route)} is described, and ${names.join('; ')} left out: OpenAPI has one operation for each ` +
          "path and method. Give each version a document of its own, or set docs.visibility: 'hidden'.",
      );
    }
    return [shown];
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function describe(
  { route, template, operationId }: Planned,
  writer: SchemaWriter,
  security: Security,
  global: readonly SecuritySchemes[],
  findings: Findings,
): Promise<OpenApiOperation> {
  const { docs, schema = {} } = route;
  const examples = new Examples(nameOf(route), findings);
  const required = security.of(route, global);
  const parameters = parametersOf(schema, template, writer, { route: nameOf(route), name: operationId });
  const requestBody = await requestBodyOf(route, operationId, writer, examples);
  const { params, query, headers, cookies } = schema;
  const responses = await responsesOf(route, operationId, writer, examples, {
    isValidated: [params, query, headers, cookies, requestBody].some((part) => part !== undefined),
    hasBody: requestBody !== undefined,
    isSecured: required?.some((set) => Object.keys(set).length > 0) === true,
  });
  return {
    operationId,
    ...(docs.summary !== undefined && { summary: docs.summary }),
    ...(docs.description !== undefined && { description: docs.description }),
    ...(docs.tags && { tags: [...docs.tags] }),
    ...(docs.deprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses,
    ...(required && { security: required.map(sorted) }),
  };
}

function warn(message: string): void {
  console.warn(message);
}
