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
  const at = (path: readonly PropertyKey[]): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], options);
  if (issue.code === 'unrecognized_keys') {
    const known = knownAt(issue.path);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const meant = closest(key, known);
      return {
        path: toPath(path),
        received: at(path),
        expected: `one of the options ${known.join(', ')}`,
        suggestion: meant === undefined ? undefined : `Did you mean \`${meant}\`?`,
      };
    });
  }
  return [{ path: toPath(issue.path) || 'options', received: at(issue.path), expected: issue.message }];
}

function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((so, key) => {
    if (typeof key === 'number') return `${so}[${key}]`;
    return so === '' ? String(key) : `${so}.${String(key)}`;
  }, '');
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
