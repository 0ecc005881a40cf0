import type { ConfigurationProblem } from '@blaizejs/errors';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * Turns one of zod's issues into problems that a person can act on.
 *
 * @param options what was given, to show the value that came
 * @param knownAt the names that are known at a path, for "did you mean"
 */
export function toProblems(
  issue: Issue,
  options: unknown,
  knownAt: (path: readonly PropertyKey[]) => readonly string[],
): ConfigurationProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownAt(issue.path);
      const meant = closest(key, known);
      return {
        path: toPath([...issue.path, key]),
        message: 'there is no such option',
        suggestion: meant === undefined ? `Options here: ${known.join(', ')}` : `Did you mean \`${meant}\`?`,
      };
    });
  }
  const came = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  return [
    {
      path: toPath(issue.path) || 'options',
      message: came === undefined ? 'it is missing' : `${show(came)} came`,
      suggestion: `Expected: ${issue.message}`,
    },
  ];
}

function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((so, key) => {
    if (typeof key === 'number') return `${so}[${key}]`;
    return so === '' ? String(key) : `${so}.${String(key)}`;
  }, '');
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** The known name that a mistyped one is nearest to, where it is near enough to be meant. */
function closest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein's distance: how many letters have to be put in, taken out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
