import { hasMethod, is, isObject } from '@blaizejs/errors/internal';
import type { EventLog, PubSub, Schema } from '@blaizejs/types';

/** Checks the name of a channel or presence, which is only a part of the names that logs and `PubSub` know. */
export const channelName = is<string>(
  'a name of letters, digits, `_`, `.` and `-`',
  (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
);

/** Checks a Standard Schema. */
export const schemaCheck = is<Schema>('a schema, such as z.object({ … })', (value) => {
  const given = value as { readonly '~standard'?: unknown } | null | undefined;
  return (typeof value === 'function' || isObject(value)) && typeof given?.['~standard'] === 'object';
});

export const pubSubCheck = is<PubSub>(
  'a PubSub, such as redisPubSub()',
  (value) => hasMethod(value, 'publish') && hasMethod(value, 'subscribe'),
);

export const eventLogCheck = is<EventLog>('an event log, such as memoryEventLog()', (value) =>
  ['append', 'read', 'watch'].every((method) => hasMethod(value, method)),
);
