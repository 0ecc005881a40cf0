import type { SecurityScheme } from '@blaizejs/types';

/** A schema of JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = Record<string, unknown>;

/** An OpenAPI 3.1 document: a plain object, ready for `JSON.stringify()`. */
export interface OpenApiDocument {
  openapi: string;
  info: OpenApiInfo;
  servers?: OpenApiServer[];
  tags?: OpenApiTag[];
  externalDocs?: ExternalDocs;
  paths: Record<string, PathItem>;
  components?: OpenApiComponents;
}

/** What the document is about (OpenAPI 3.1, section 4.8.2). */
export interface OpenApiInfo {
  title: string;
  version: string;
  summary?: string | undefined;
  /** Markdown (CommonMark). */
  description?: string | undefined;
  termsOfService?: string | undefined;
  contact?: { name?: string; url?: string; email?: string } | undefined;
  license?: { name: string; identifier?: string; url?: string } | undefined;
}

/** Where the API is served. */
export interface OpenApiServer {
  /** May be relative to the document: `/`. */
  url: string;
  description?: string | undefined;
  variables?: Record<string, { default: string; enum?: string[]; description?: string }> | undefined;
}

/** A group of operations. */
export interface OpenApiTag {
  name: string;
  description?: string | undefined;
  externalDocs?: ExternalDocs | undefined;
}

/** A link to more documentation. */
export interface ExternalDocs {
  url: string;
  description?: string | undefined;
}

/** The operations of one path. */
export type PathItem = Partial<Record<OpenApiMethod, OpenApiOperation>>;

/** A method that OpenAPI 3.1 can describe. */
export type OpenApiMethod = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch' | 'trace';

/** One operation: a route. */
export interface OpenApiOperation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  deprecated?: boolean;
  parameters?: OpenApiParameter[];
  requestBody?: OpenApiRequestBody;
  responses: Record<string, OpenApiResponse | Reference>;
  security?: Record<string, string[]>[];
}

/** A parameter of an operation. */
export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  deprecated?: boolean;
  style?: string;
  explode?: boolean;
  schema: JsonSchema;
}

/** The body of a request. */
export interface OpenApiRequestBody {
  required?: boolean;
  description?: string;
  content: Record<string, OpenApiMediaType>;
}

/** An answer. Without `content`, it has none. */
export interface OpenApiResponse {
  description: string;
  content?: Record<string, OpenApiMediaType>;
}

/** Content of one media type. */
export interface OpenApiMediaType {
  schema?: JsonSchema;
  /** The schema of one line, of the `data` of one event, or of events with names and `data`. OpenAPI has a name for it from 3.2 on: `itemSchema`. */
  'x-itemSchema'?: JsonSchema;
  examples?: Record<string, { value: unknown }>;
}

/** A reference to a component. */
export interface Reference {
  $ref: string;
}

/** What operations share. */
export interface OpenApiComponents {
  schemas?: Record<string, JsonSchema>;
  responses?: Record<string, OpenApiResponse>;
  securitySchemes?: Record<string, SecurityScheme>;
}
