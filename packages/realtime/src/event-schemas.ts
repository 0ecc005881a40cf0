import { type Check, isObject } from '@blaizejs/errors/internal';
import type { EventSchemas } from '@blaizejs/types';

const EXPECTED = 'the schemas of events by name, such as { price: Price }';
const RESERVED: Readonly<Record<string, string>> = {
  reset: 'another name: clients get a `reset` when events were lost',
  error: 'another name: an `EventSource` has an `error` of its own',
  open: 'another name: an `EventSource` has an `open` of its own',
};

/** Checks the schemas of events. */
export const eventSchemas: Check<EventSchemas> = (value, path, report) => {
  if (!isObject(value) || '~standard' in value || Object.keys(value).length === 0) {
    report(path, value, EXPECTED);
    return {};
  }
  for (const [name, schema] of Object.entries(value)) {
    const reserved = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
    if (reserved !== undefined) report(`${path}.${name}`, name, reserved);
    else if (/[\r\n\0]/.test(name)) report(path, name, 'names without line breaks or NUL');
    const isSchema = isObject(schema) || typeof schema === 'function';
    if (!isSchema || !('~standard' in schema))
      report(`${path}.${name}`, schema, 'a schema, such as z.object({ … })');
  }
  return value as EventSchemas;
};
