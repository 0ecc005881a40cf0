import type { HeaderValue, Reply } from '@blaizejs/types';

import { isPlain } from './is-plain.ts';

// A registered symbol, so that replies of other copies of this package are recognised.
const REPLY = Symbol.for('blaizejs.reply');

/**
 * Answers with a status. If the route has response schemas by status, the value is checked against that of its status, also
 * by the compiler.
 *
 * ```ts
 * handler: ({ request }) => users.get(request.params.id) ?? reply(404, { code: 'no-user' }),
 * ```
 *
 * @param status 200 to 599
 * @param value `null` for a status without content
 * @param headers set on the answer
 */
export function reply<const Status extends number, const Value>(
  status: Status,
  value: Value,
  headers?: Readonly<Record<string, HeaderValue>>,
): Reply<Status, Value> {
  return Object.defineProperty({ status, value, headers }, REPLY, { value: true });
}

/** Whether a value was made by {@link reply}, of any copy of this package. */
export function isReply(value: object): value is Reply {
  return REPLY in value;
}

/** Whether a value is one of JSON, and no reply or error, which are more. */
export function isJsonValue(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined;
  return value !== null && isPlain(value) && !isReply(value);
}
