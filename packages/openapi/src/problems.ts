import { BlaizeError } from '@blaizejs/errors';

/**
 * A document cannot be built as it is described: two routes have one `operationId`, two schemas one name, or an example does
 * not fit its schema. Code: `ERR_BLAIZE_OPENAPI`.
 */
export class OpenApiError extends BlaizeError {
  /** Each names the route and says what to do. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(
      'ERR_BLAIZE_OPENAPI',
      `The OpenAPI document has ${count}:\n${problems.map((each) => `- ${each}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Collects what is wrong with a document. */
export class Findings {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  /** Something that the author has to correct. */
  problem(text: string): void {
    this.problems.push(text);
  }

  /** Something that is left out, or said less precisely. */
  warn(text: string): void {
    this.warnings.push(text);
  }
}
