import { BlaizeError } from '@blaizejs/errors';
import { isLeftPromise } from '@blaizejs/errors/internal';
import type { AnySchema, EventSchemas, Schema } from '@blaizejs/types';

/** Checks the data of an event against its schema, and gives it as JSON. */
export type ToJson = (event: string, data: unknown) => string | Promise<string>;

const stringify: (value: unknown) => string | undefined = JSON.stringify;

/**
 * Makes a check of the data of events.
 *
 * @param of for messages: `channel "quotes"`, `GET /quotes`
 * @throws BlaizeError `ERR_BLAIZE_EVENT` for an event without a schema, data that its schema rejects, and data that is not JSON
 */
export function dataCheckOf(
  of: string,
  events: EventSchemas,
  encode: (data: unknown) => string | undefined = stringify,
): ToJson {
  const schemas = new Map<string, AnySchema>(Object.entries(events));
  const fail = (event: string, problem: string): BlaizeError =>
    new BlaizeError('ERR_BLAIZE_EVENT', `The event ${JSON.stringify(event)} of ${of} ${problem}`);
  return (event, data) => {
    const schema = schemas.get(event) as Schema | undefined;
    if (!schema) throw fail(event, `has no schema. There are: ${[...schemas.keys()].join(', ')}.`);
    const settle = (result: Awaited<ReturnType<Schema['~standard']['validate']>>): string => {
      if (result.issues) throw fail(event, `does not match its schema: ${inWords(result.issues)}`);
      const text = encode(result.value);
      if (typeof text === 'string') return text;
      if (isLeftPromise(text)) throw fail(event, 'has an `encode` that is async; it must return a text.');
      throw fail(event, `has data of type ${typeof result.value}, which can't be sent.`);
    };
    const result = schema['~standard'].validate(data);
    return result instanceof Promise ? result.then(settle) : settle(result);
  };
}

type Issues = readonly {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}[];

const MAX_SHOWN = 5;

/** Paths and messages, without the data. */
export function inWords(issues: Issues): string {
  const shown = issues.slice(0, MAX_SHOWN).map(({ path = [], message }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return `${keys.join('.') || 'the whole'}: ${message}`;
  });
  return issues.length > MAX_SHOWN
    ? `${shown.join('; ')}; and ${issues.length - MAX_SHOWN} more`
    : shown.join('; ');
}
