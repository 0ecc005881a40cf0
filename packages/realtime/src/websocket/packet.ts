/**
 * What requests are on the wire: texts that are no JSON, so that no message, whoever has written it, can be taken for one. Clients in
 * other languages need no more than this:
 *
 * ```text
 * ?7 order {"item":3}    a request: id, name, data
 * =7 {"number":12}       its answer
 * !7 {"status":404,…}    its answer is an error: problem details (RFC 9457)
 * ~7                     whoever asked has lost interest
 * ```
 */
export interface Packet {
  readonly kind: '?' | '=' | '!' | '~';
  /** Unique among the requests of one side that are not answered. */
  readonly id: number;
  /** Of a request. */
  readonly name: string;
  /** Undefined if there is none. */
  readonly json: string | undefined;
}

/** The names of requests. */
export const REQUEST_NAME = /^[\w.:/-]{1,64}$/;

const HEAD = /^([!=?~])([1-9]\d{0,14})(?: |$)/;

/** Whether a text that begins like this is a packet, or should be. */
export function isPacket(first: number | undefined): boolean {
  return first === 0x3f || first === 0x3d || first === 0x21 || first === 0x7e;
}

/** @returns undefined for a text that is no packet */
export function readPacket(text: string): Packet | undefined {
  const [head = '', kind, digits] = HEAD.exec(text.slice(0, 20)) ?? [];
  if (kind === undefined) return undefined;
  const rest = text.slice(head.length);
  const packet = { kind: kind as Packet['kind'], id: Number(digits), name: '' };
  if (kind !== '?') return { ...packet, json: rest === '' ? undefined : rest };
  const end = rest.indexOf(' ');
  const name = end < 0 ? rest : rest.slice(0, end);
  if (name.length > 64 || !REQUEST_NAME.test(name)) return undefined;
  return { ...packet, name, json: end < 0 ? undefined : rest.slice(end + 1) };
}

/** @param json undefined for none */
export function requestText(id: number, name: string, json: string | undefined): string {
  return json === undefined ? `?${id} ${name}` : `?${id} ${name} ${json}`;
}

/** The answer to a request. */
export function replyText(id: number, json: string | undefined): string {
  return json === undefined ? `=${id}` : `=${id} ${json}`;
}

/** The answer to a request that has failed. */
export function refusalText(id: number, problem: object): string {
  return `!${id} ${JSON.stringify(problem)}`;
}

/** Says that nobody waits for the answer to a request any more. */
export function cancelText(id: number): string {
  return `~${id}`;
}
