import { type FieldIssue, ValidationError } from '@blaizejs/errors';

import { type DescribedIssue, describeIssue, type Loose } from './describe-issue.ts';
import { ECHO_BUDGET, type EchoBudget, repeatsValue } from './echo.ts';
import { cut, type Issue, keysOf, toPointer } from './json-pointer.ts';

/** A part of a request. */
export type Part = FieldIssue['in'];

// How much the client is told: a body may have a million problems.
const MAX_ISSUES = 50;
const MAX_CHARACTERS = 16_384;
const MAX_MESSAGE = 200;

/** Gathers what is wrong with a request. */
export class FieldIssues {
  readonly #list: FieldIssue[] = [];
  readonly #before: string;
  readonly #budget: EchoBudget = { left: ECHO_BUDGET };
  #total = 0;
  #characters = 0;

  /** @param before put before each message */
  constructor(before = '') {
    this.#before = before;
  }

  /**
   * Adds what a schema reports.
   *
   * @param given what the schema was given: messages that repeat a secret of it are replaced
   * @param under where in the part it was
   */
  add(part: Part, issues: readonly Issue[], given: unknown, under: readonly PropertyKey[] = []): void {
    for (const [index, issue] of issues.entries()) {
      if (this.#isFull()) {
        this.#total += issues.length - index;
        return;
      }
      for (const describe of describeIssue(issue as Loose & Issue, keysOf(issue))) {
        this.#total += 1;
        if (!this.#isFull()) this.#push(toFieldIssue(part, describe(), given, under, this.#budget));
      }
    }
  }

  toError(): ValidationError {
    return new ValidationError(this.#list, this.#total);
  }

  #isFull(): boolean {
    return this.#list.length >= MAX_ISSUES || this.#characters >= MAX_CHARACTERS;
  }

  #push(issue: FieldIssue): void {
    this.#list.push(this.#before === '' ? issue : { ...issue, message: this.#before + issue.message });
    this.#characters += issue.pointer.length + issue.message.length + (issue.expected?.length ?? 0) + 64;
  }
}

/** The problem that a library reports, or those of the variant of a union that was meant: up to `limit` of them. */
export function toFieldIssues(part: Part, issue: Issue, given: unknown, limit: number): FieldIssue[] {
  const found: FieldIssue[] = [];
  for (const describe of describeIssue(issue as Loose & Issue, keysOf(issue))) {
    if (found.length >= limit) break;
    found.push(toFieldIssue(part, describe(), given));
  }
  return found;
}

function toFieldIssue(
  part: Part,
  { keys, code, message, expected }: DescribedIssue,
  given: unknown,
  under: readonly PropertyKey[] = [],
  budget?: EchoBudget,
): FieldIssue {
  const isEcho = repeatsValue(message, part, keys, given, budget);
  const rest = expected === undefined ? '' : `: expected ${expected}`;
  return {
    in: part,
    pointer: toPointer([...under, ...keys]),
    code,
    message: cut(isEcho ? `Invalid value${rest}` : message, MAX_MESSAGE),
    ...(expected === undefined ? {} : { expected }),
  };
}
