import { hash } from 'node:crypto';

/** Reads a header of the request, its lines joined with a comma. */
export type ReadHeader = (name: string) => string | undefined;

/** The names in a `Vary`, in lower case and sorted; `'*'` if it has one (RFC 9110 section 12.5.5). */
export function varyNames(vary: string | undefined): readonly string[] | '*' {
  if (vary === undefined) return [];
  const names = new Set(
    vary
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
  return names.has('*') ? '*' : [...names].sort();
}

/** Stands for what a request has in the headers that decide. Two requests with the same one may have the same answer. */
export function variantOf(names: readonly string[], read: ReadHeader): string {
  if (names.length === 0) return '';
  // A header that is missing is not one that is empty.
  const values = names.map((name) => [name, normalise(name, read(name)) ?? null]);
  return hash('sha256', JSON.stringify(values), 'base64url').slice(0, 22);
}

const CASELESS = new Set(['accept-encoding', 'accept-language', 'accept-charset', 'accept']);

/** Makes values equal that mean the same (RFC 9111 section 4.1): the space around commas, and the case where it does not matter. */
function normalise(name: string, value: string | undefined): string | undefined {
  if (value === undefined || value.includes('"')) return value;
  const members = value.split(',').map((member) => member.trim());
  if (!CASELESS.has(name)) return members.join(',');
  const lower = members.map((member) => trimAround(member.toLowerCase()));
  // Which of equal ones comes first is up to the server. It does not look at it, unlike the order of languages and types.
  return (name === 'accept-encoding' ? lower.sort() : lower).join(',');
}

/** Takes out the space around `;` and `=`. Not by one pattern: that would read a long row of spaces again from each of them. */
function trimAround(member: string): string {
  return member
    .split(/([;=])/)
    .map((part) => part.trim())
    .join('');
}
