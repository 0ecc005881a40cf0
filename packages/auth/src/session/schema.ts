import { isObject } from '@blaizejs/errors/internal';
import type { Schema } from '@blaizejs/types';

import type { Data } from './data.ts';
import { unusableValue } from './errors.ts';

// What the package itself keeps in sessions. Schemas know nothing of it.
const OWN = 'blaizejs:';

/** The values of a session, as the schema returns them; undefined if it rejects them. */
export async function valuesOf(
  schema: Schema | undefined,
  data: Data,
): Promise<ReadonlyMap<string, unknown> | undefined> {
  if (!schema) return new Map(entriesOf(data));
  const result = await schema['~standard'].validate(toObject(data));
  if (result.issues || !isObject(result.value)) return undefined;
  const own = entriesOf(data).filter(([key]) => key.startsWith(OWN));
  return new Map([...Object.entries(result.value), ...own]);
}

/**
 * Refuses data that could not be read back.
 *
 * @throws BlaizeError `ERR_BLAIZE_SESSION_VALUE`
 */
export async function assertAccepted(schema: Schema | undefined, data: Data): Promise<void> {
  if (!schema) return;
  const { issues } = await schema['~standard'].validate(toObject(data));
  const [issue] = issues ?? [];
  if (!issue) return;
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  throw unusableValue(`The session could not be read back: its schema rejects "${path}": ${issue.message}`);
}

function toObject(data: Data): Record<string, unknown> {
  return Object.fromEntries(entriesOf(data).filter(([key]) => !key.startsWith(OWN)));
}

function entriesOf(data: Data): [string, unknown][] {
  return [...data].map(([key, text]) => [key, JSON.parse(text)]);
}
