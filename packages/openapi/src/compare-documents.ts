import { compareSecurity } from './compare-security.ts';
import { breaksIn, flatten, type Sender } from './compare-schemas.ts';
import type {
  JsonSchema,
  OpenApiDocument,
  OpenApiMediaType,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
  Reference,
} from './document.ts';
import { canonical } from './json.ts';
import { METHODS } from './methods.ts';

/** One difference between two documents. */
export interface DocumentChange {
  /** Whether clients of the first document may fail on the second. */
  readonly kind: 'breaking' | 'change';
  /** `POST /users body.name` */
  readonly path: string;
  readonly message: string;
}

/**
 * Compares two OpenAPI 3.1 documents: what has gone, what requests have to have now, and what answers may be now. Texts,
 * examples and names of components are not compared.
 *
 * @returns changes in order of paths, those that break clients first
 */
export function compareDocuments(before: OpenApiDocument, after: OpenApiDocument): DocumentChange[] {
  const comparison = new DocumentComparison(before, after);
  comparison.run();
  return comparison.changes.sort((a, b) => Number(a.kind === 'change') - Number(b.kind === 'change'));
}

interface Located {
  readonly name: string;
  readonly operation: OpenApiOperation;
}

class DocumentComparison {
  readonly changes: DocumentChange[] = [];
  readonly #before: OpenApiDocument;
  readonly #after: OpenApiDocument;

  constructor(before: OpenApiDocument, after: OpenApiDocument) {
    this.#before = before;
    this.#after = after;
  }

  run(): void {
    const [old, now] = [operationsOf(this.#before), operationsOf(this.#after)];
    for (const [key, { name, operation }] of old) {
      const other = now.get(key);
      if (other) this.#operation(name, operation, other.operation);
      else this.#break(name, 'was removed');
    }
    for (const [key, { name }] of now) if (!old.has(key)) this.#change(name, 'was added');
  }

  #break(path: string, message: string): void {
    this.changes.push({ kind: 'breaking', path, message });
  }

  #change(path: string, message: string): void {
    this.changes.push({ kind: 'change', path, message });
  }

  #operation(name: string, before: OpenApiOperation, after: OpenApiOperation): void {
    if (before.operationId !== after.operationId) {
      this.#change(name, `has the operationId ${after.operationId} now, and had ${before.operationId}`);
    }
    if (!before.deprecated && after.deprecated) this.#change(name, 'is deprecated now');
    this.#parameters(name, before.parameters ?? [], after.parameters ?? []);
    this.#body(`${name} body`, before, after);
    this.#responses(name, before.responses, after.responses);
    for (const { kind, message } of compareSecurity([before, this.#before], [after, this.#after])) {
      this.changes.push({ kind, path: name, message });
    }
  }

  #parameters(name: string, before: readonly OpenApiParameter[], after: readonly OpenApiParameter[]): void {
    const [old, now] = [keyed(before), keyed(after)];
    for (const [key, parameter] of old) {
      const path = `${name} ${parameter.in}.${parameter.name}`;
      const other = now.get(key);
      if (!other) {
        this.#break(path, 'was removed');
        continue;
      }
      if (other.required && !parameter.required) this.#break(path, 'is required now');
      if (!other.required && parameter.required) this.#change(path, 'is optional now');
      this.#schema(path, parameter.schema, other.schema, 'client');
    }
    for (const [key, parameter] of now) {
      if (old.has(key)) continue;
      const path = `${name} ${parameter.in}.${parameter.name}`;
      if (parameter.required) this.#break(path, 'was added, and is required');
      else this.#change(path, 'was added');
    }
  }

  #body(
    path: string,
    { requestBody: before }: OpenApiOperation,
    { requestBody: after }: OpenApiOperation,
  ): void {
    if (!before && !after) return;
    if (!before || !after) {
      if (before) this.#break(path, 'was removed');
      else if (after?.required) this.#break(path, 'was added, and is required');
      else this.#change(path, 'was added');
      return;
    }
    if (after.required && !before.required) this.#break(path, 'is required now');
    if (!after.required && before.required) this.#change(path, 'is optional now');
    this.#content(path, before.content, after.content, 'client');
  }

  #responses(
    name: string,
    before: OpenApiOperation['responses'],
    after: OpenApiOperation['responses'],
  ): void {
    for (const [status, answer] of Object.entries(before)) {
      const path = `${name} answer ${status}`;
      const other = after[status];
      if (!other) {
        // Nobody misses an error.
        if (/^[23]/.test(status)) this.#break(path, 'was removed');
        else this.#change(path, 'was removed');
        continue;
      }
      const [old, now] = [this.#answer(answer, this.#before), this.#answer(other, this.#after)];
      this.#content(path, old.content ?? {}, now.content ?? {}, 'server');
    }
    for (const status of Object.keys(after)) {
      if (!(status in before)) this.#change(`${name} answer ${status}`, 'was added');
    }
  }

  #answer(answer: OpenApiResponse | Reference, document: OpenApiDocument): OpenApiResponse {
    if (!('$ref' in answer)) return answer;
    const name = answer.$ref.slice(answer.$ref.lastIndexOf('/') + 1);
    return document.components?.responses?.[name] ?? { description: '' };
  }

  #content(
    path: string,
    before: Readonly<Record<string, OpenApiMediaType>>,
    after: Readonly<Record<string, OpenApiMediaType>>,
    sender: Sender,
  ): void {
    for (const [type, media] of Object.entries(before)) {
      const other = after[type];
      if (!other) this.#break(path, `is no longer ${type}`);
      else {
        this.#schema(path, media.schema ?? {}, other.schema ?? {}, sender);
        this.#schema(`${path} item`, media['x-itemSchema'] ?? {}, other['x-itemSchema'] ?? {}, sender);
      }
    }
    for (const type of Object.keys(after)) if (!(type in before)) this.#change(path, `can be ${type} now`);
  }

  #schema(path: string, before: JsonSchema, after: JsonSchema, sender: Sender): void {
    const [old, now] = [
      { schema: before, document: this.#before },
      { schema: after, document: this.#after },
    ];
    const found = breaksIn(old, now, sender);
    for (const { at, message } of found) this.#break(`${path}${at}`, message);
    if (found.length > 0) return;
    // What became wider for clients, or narrower for answers.
    const other = breaksIn(old, now, sender === 'client' ? 'server' : 'client');
    const [first] = other;
    if (first) this.#change(path, 'has another schema, which clients can stay with');
    else if (propertiesOf(before, this.#before) !== propertiesOf(after, this.#after))
      this.#change(path, 'has more properties');
  }
}

/** By method and path; the names of parameters make no difference. */
function operationsOf({ paths }: OpenApiDocument): Map<string, Located> {
  const found = new Map<string, Located>();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const name = `${method.toUpperCase()} ${path}`;
      found.set(`${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`, { name, operation });
    }
  }
  return found;
}

/** By place and name; those of the path by their number. */
function keyed(parameters: readonly OpenApiParameter[]): Map<string, OpenApiParameter> {
  let place = 0;
  return new Map(
    parameters.map((each) => {
      if (each.in === 'path') return [`path ${place++}`, each];
      return [`${each.in} ${each.in === 'header' ? each.name.toLowerCase() : each.name}`, each];
    }),
  );
}

/** The names of the properties of a schema. */
function propertiesOf(schema: JsonSchema, document: OpenApiDocument): string {
  return canonical(Object.keys((flatten(schema, document)['properties'] as object | undefined) ?? {}).sort());
}
