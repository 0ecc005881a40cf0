import type { HeaderValue, Reply } from '@blaizejs/types';

// Registered, so that a reply of another copy of this package is known too.
const REPLY = Symbol.for('blaizejs.reply');

/**
 * Makes an answer with a status of its own. With a response schema by status, its value is checked against that of its
 * status, by the compiler too.
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

/** Whether a value was made by {@link reply}, of whichever copy of this package. */
export function isReply(value: object): value is Reply {
  return REPLY in value;
}
