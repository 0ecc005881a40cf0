import { addVary, allowsRange, evaluatePreconditions, type RequestContext } from '@blaizejs/context/internal';
import { CONTENT_HEADERS, readRange } from '@blaizejs/middleware/internal';
import type { HeaderFields } from '@blaizejs/types';

import type { Entry } from './entry.ts';
import { ageOf } from './freshness.ts';

/** Answers with a stored answer: all of it, a part of it, or that the client has it. */
export function sendStored(ctx: RequestContext, entry: Entry, conditions: HeaderFields, now: number): void {
  const { response, request } = ctx;
  const { head, body } = entry;
  const { fields } = response;
  for (const name in head.fields) if (name !== 'vary') fields[name] = head.fields[name];
  const vary = head.fields['vary'];
  if (vary !== undefined) addVary(response, Array.isArray(vary) ? vary.join(', ') : vary);
  fields['age'] = String(Math.floor(ageOf(entry, now) / 1_000));

  response.send(head.hasBody ? body : null);
  response.status(head.status);
  if (head.status !== 200) return;
  if (isUnmodified(conditions, head.fields, request.method)) sendUnmodified(ctx);
  else if (request.method === 'GET') sendPart(ctx, entry, now);
}

/** Whether the client has this answer. Only the conditions that are for caches count (RFC 9111 section 4.3.2). */
export function isUnmodified(conditions: HeaderFields, fields: HeaderFields, method: string): boolean {
  const ifNoneMatch = conditions['if-none-match'];
  const ifModifiedSince = conditions['if-modified-since'];
  if (ifNoneMatch === undefined && ifModifiedSince === undefined) return false;
  const given: HeaderFields = {};
  if (ifNoneMatch !== undefined) given['if-none-match'] = ifNoneMatch;
  if (ifModifiedSince !== undefined) given['if-modified-since'] = ifModifiedSince;
  const [etag, lastModified] = [line(fields['etag']), line(fields['last-modified']) ?? line(fields['date'])];
  return evaluatePreconditions(given, { method, etag, lastModified }) === 304;
}

export function sendUnmodified({ response }: RequestContext): void {
  for (const name of CONTENT_HEADERS) delete response.fields[name];
  response.send(null);
  response.status(304);
}

/** One part, if the client asks for one. Several are the whole (RFC 9110 section 14.2). */
function sendPart({ exchange, response }: RequestContext, { head, body }: Entry, now: number): void {
  const { range } = exchange.headers;
  if (typeof range !== 'string' || !head.hasBody) return;
  const validators = { etag: line(head.fields['etag']), lastModified: line(head.fields['last-modified']) };
  if (!allowsRange(exchange.headers, validators, now)) return;
  const part = readRange(range, body.byteLength);
  if (part === undefined) return;
  if (part === 'unsatisfiable') {
    for (const name of CONTENT_HEADERS) delete response.fields[name];
    response.send(null);
    response.header('content-range', `bytes */${body.byteLength}`).status(416);
    return;
  }
  response.send(body.subarray(part.start, part.end + 1));
  response.header('content-range', `bytes ${part.start}-${part.end}/${body.byteLength}`).status(206);
}

function line(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
