import { NotAcceptableError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import type { ContentName, ContentType, FormatChoices } from '@blaizejs/types';
import Negotiator from 'negotiator';

declare const BLAIZE_WITHOUT_NEGOTIATION: true | undefined;

const TYPES: Readonly<Record<ContentName, string>> = {
  json: 'application/json',
  html: 'text/html',
  text: 'text/plain',
  xml: 'application/xml',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  events: 'text/event-stream',
};

/** @throws TypeError for a name that stands for no type */
export function toMediaType(name: string): string {
  if (name.includes('/')) return name;
  if (Object.hasOwn(TYPES, name)) return TYPES[name as ContentName];
  throw new TypeError(
    `${JSON.stringify(name)} is no media type. Use one such as image/png, or ${Object.keys(TYPES).join(', ')}.`,
  );
}

/**
 * The type that a client likes best of those that there are (RFC 9110 section 12.5.1). Of what it likes as much, what it names
 * first; if it names neither, or there is no `Accept`, the first. Undefined if it accepts none.
 *
 * @param names media types or short names
 */
export const preferredOf: typeof prefer =
  typeof BLAIZE_WITHOUT_NEGOTIATION === 'undefined' ? prefer : leftOut('accepts() or format()');

function prefer<Name extends string>(accept: string | undefined, names: readonly Name[]): Name | undefined {
  const types = names.map(toMediaType);
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes(types);
  return best === undefined ? undefined : names[types.indexOf(best)];
}

/**
 * The answer of `format()` that a client likes best, and its media type.
 *
 * @throws NotAcceptableError if it accepts none
 */
export const choiceOf: typeof choose =
  typeof BLAIZE_WITHOUT_NEGOTIATION === 'undefined' ? choose : leftOut('accepts() or format()');

function choose(accept: string | undefined, choices: FormatChoices): { name: ContentType; type: string } {
  const names = (Object.keys(choices) as ContentType[]).filter((name) => choices[name]);
  // Not a 406, which would blame the client.
  if (names.length === 0) throw new TypeError('format() needs an answer, such as { json: () => value }.');
  const name = prefer(accept, names);
  if (name === undefined) throw new NotAcceptableError(names.map(toMediaType));
  return { name, type: toMediaType(name) };
}

// No client has a reason to send more, and each member of a list costs microseconds.
const MAX_ACCEPT_ENCODING = 1024;

/**
 * The content codings that a client accepts of those that there are, best first, with `identity` in its place (RFC 9110 section
 * 12.5.3). Of what it likes as much, the first of `names` goes first. Empty if it accepts none of them, and refuses `identity`.
 * What is malformed in the header is left out.
 *
 * @param acceptEncoding if it has more than 1 024 characters, only `identity` is accepted
 */
export function acceptedCodings<Name extends string>(
  acceptEncoding: string | undefined,
  names: readonly Name[],
): (Name | 'identity')[] {
  if (acceptEncoding !== undefined && acceptEncoding.length > MAX_ACCEPT_ENCODING) return ['identity'];
  const weights = readWeights(acceptEncoding ?? '');
  const any = weights.get('*');
  // What nobody names is acceptable, and liked least.
  const least = Math.min(1, ...[...weights.values()].filter((weight) => weight > 0));
  return [...names, 'identity' as const]
    .map((name) => ({ name, weight: weights.get(name) ?? any ?? (name === 'identity' ? least : 0) }))
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ name }) => name);
}

const CODING = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/;

/** The weight of each coding. A member that is malformed is left out. */
function readWeights(acceptEncoding: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const member of acceptEncoding.toLowerCase().split(',')) {
    const [, coding, weight = '1'] = CODING.exec(member) ?? [];
    // RFC 9110 section 8.4.1.3: the old name means the same.
    if (coding !== undefined) weights.set(coding === 'x-gzip' ? 'gzip' : coding, Number(weight));
  }
  return weights;
}
