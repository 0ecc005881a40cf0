import type { Schema } from '@blaizejs/types';

import type { Direction } from './convert-schema.ts';
import type { OpenApiMediaType } from './document.ts';
import type { Findings } from './problems.ts';

type Named = Readonly<Record<string, unknown>>;

/** Checks the examples of a route, and adds them to its content. */
export class Examples {
  readonly #route: string;
  readonly #findings: Findings;

  constructor(route: string, findings: Findings) {
    this.#route = route;
    this.#findings = findings;
  }

  /**
   * Adds examples to each content whose schema accepts them. An example of an answer is what the handler returns, and is
   * shown as it is sent.
   *
   * @param schemas one for each content
   */
  async addTo(
    content: Record<string, OpenApiMediaType>,
    schemas: readonly Schema[],
    examples: Named | undefined,
    where: string,
    direction: Direction,
  ): Promise<void> {
    for (const [name, value] of Object.entries(examples ?? {})) {
      const problems: string[] = [];
      let fits = false;
      for (const [index, type] of Object.keys(content).entries()) {
        const schema = schemas[index] ?? schemas[0];
        if (!schema) continue;
        const result = await check(schema, value);
        if (result.problem !== undefined) {
          problems.push(result.problem);
          continue;
        }
        fits = true;
        const shown = direction === 'output' ? result.value : value;
        const media = content[type] ?? {};
        content[type] = { ...media, examples: { ...media.examples, [name]: { value: asJson(shown) } } };
      }
      if (!fits) {
        this.#findings.problem(
          `${this.#route}: the example ${JSON.stringify(name)} of docs.examples.${where} does not fit its schema: ` +
            `${problems[0] ?? 'there is no schema'}.`,
        );
      }
    }
  }
}

async function check(schema: Schema, value: unknown): Promise<{ value: unknown; problem?: string }> {
  if ('~content' in schema) return { value };
  try {
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return { value: result.value };
    const problem = result.issues.map(({ path = [], message }) => {
      const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
      return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
    });
    return { value, problem: problem.join('; ') };
  } catch (error) {
    return { value, problem: `the schema threw ${(error as Error).message}` };
  }
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as unknown);
}
