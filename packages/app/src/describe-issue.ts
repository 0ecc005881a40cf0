import { cut, type Issue, keysOf } from './json-pointer.ts';

/** An issue with whatever its library adds to it. */
export type Loose = Readonly<Record<string, unknown>>;

/** What can be said about a problem, whichever library reports it. */
export interface DescribedIssue {
  readonly keys: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
  readonly expected: string | undefined;
}

// Unions in unions: a schema may contain itself.
const MAX_DEPTH = 8;
const MAX_EXPECTED = 100;
const MAX_CODE = 64;

/**
 * Describes a problem. If no variant of a union fits, the problems of the one that fits best are described instead of
 * zod's "Invalid input".
 *
 * @returns a function for each problem, which describes it: there may be more than anybody is told
 */
export function* describeIssue(
  issue: Loose & Issue,
  keys: readonly PropertyKey[],
  depth = 0,
): Generator<() => DescribedIssue, void> {
  const variants = variantsOf(issue);
  const best = depth < MAX_DEPTH ? bestOf(variants) : undefined;
  if (best) {
    for (const each of best) yield* describeIssue(each, [...keys, ...keysOf(each)], depth + 1);
    return;
  }
  yield () => ({
    keys,
    code: codeOf(issue),
    message: messageOf(issue, variants),
    expected: expectedOf(issue, variants),
  });
}

/** zod lists the problems of each variant. For a discriminated union with a wrong tag, the list is empty. */
function variantsOf({ code, errors }: Loose): readonly (readonly (Loose & Issue)[])[] {
  if (code !== 'invalid_union' || !Array.isArray(errors)) return [];
  return errors.filter(
    (variant): variant is (Loose & Issue)[] => Array.isArray(variant) && variant.length > 0,
  );
}

/** The variant that fits best; undefined if the value has the type of none. */
function bestOf(variants: readonly (readonly (Loose & Issue)[])[]): readonly (Loose & Issue)[] | undefined {
  let best: readonly (Loose & Issue)[] | undefined;
  let least = Infinity;
  for (const variant of variants) {
    const misfit = variant.reduce((sum, issue) => sum + misfitOf(issue), 0);
    if (misfit < least) [best, least] = [variant, misfit];
  }
  return best;
}

/** How far a problem speaks against a variant: a wrong type does, a wrong tag nearly as much, a wrong field little. */
function misfitOf(issue: Loose & Issue): number {
  if (keysOf(issue).length === 0)
    return issue.code === 'invalid_type' || issue.code === 'invalid_value' ? Infinity : 2;
  return issue.code === 'invalid_value' ? 100 : 1;
}

function codeOf({ code, type }: Loose): string {
  const given = code ?? type;
  return typeof given === 'string' && given !== '' ? cut(given, MAX_CODE) : 'invalid';
}

function messageOf(issue: Loose & Issue, variants: readonly (readonly (Loose & Issue)[])[]): string {
  const message: unknown = issue.message;
  const expected = expectedOf(issue, variants);
  if (variants.length > 0 && expected !== undefined) return `Invalid input: expected ${expected}`;
  if (issue.kind === 'schema' && issue.type === 'union' && Array.isArray(issue.issues)) {
    return (issue.issues as (Loose & Issue)[]).slice(0, 4).map(inUnion).join('; or ');
  }
  return typeof message === 'string' && message !== '' ? message : 'Invalid value';
}

/** Valibot lists the problems of all variants of a union together. */
function inUnion(issue: Loose & Issue): string {
  const where = keysOf(issue).map(String).join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

function expectedOf(issue: Loose, variants: readonly (readonly Loose[])[] = []): string | undefined {
  const { expected, values, options, format, minimum, maximum, inclusive, divisor } = issue;
  if (variants.length > 0) {
    const each = new Set(variants.flatMap(([first]) => (first && expectedOf(first)) ?? []));
    return each.size > 0 ? cut([...each].join(' | '), MAX_EXPECTED) : undefined;
  }
  // ArkType's for a union has the values in it.
  if (typeof expected === 'string' && !expected.includes('(was ')) return cut(expected, MAX_EXPECTED);
  const allowed = values ?? options;
  if (Array.isArray(allowed)) return cut(allowed.map(literal).join(' | '), MAX_EXPECTED);
  if (isLimit(minimum)) return `>${inclusive === false ? '' : '='}${minimum}`;
  if (isLimit(maximum)) return `<${inclusive === false ? '' : '='}${maximum}`;
  if (isLimit(divisor)) return `a multiple of ${divisor}`;
  return typeof format === 'string' ? cut(format, MAX_EXPECTED) : undefined;
}

function isLimit(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function literal(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
