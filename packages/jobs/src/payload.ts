import type { Schema } from '@blaizejs/types';

import { JobError } from './job-error.ts';

const UNSAFE = /"(?:__proto__|constructor)|\\u/;

/**
 * Checks a payload and turns it into text. What is checked is what a worker will read: JSON turns a `Date` into a text, for
 * one.
 *
 * @param limit bytes of the text
 * @throws JobError `ERR_BLAIZE_JOB_PAYLOAD`
 */
export async function encodePayload(
  value: unknown,
  { schema, queue, limit }: { schema: Schema | undefined; queue: string; limit: number },
): Promise<string> {
  if (schema === undefined) {
    if (value !== undefined) throw refused(queue, 'has a payload, but the queue has no schema for one');
    return '';
  }
  const text = toJson(value, queue);
  const size = Buffer.byteLength(text);
  if (size > limit) {
    throw refused(
      queue,
      `has a payload of ${size} bytes; the limit is ${limit}. Store large values elsewhere, and pass their names, or raise \`payloadLimit\``,
    );
  }
  await decodePayload(text, { schema, queue });
  return text;
}

/** Reads and checks a payload. @throws JobError `ERR_BLAIZE_JOB_PAYLOAD` */
export async function decodePayload(
  text: string,
  { schema, queue }: { schema: Schema | undefined; queue: string },
): Promise<unknown> {
  if (schema === undefined) return undefined;
  const result = await schema['~standard'].validate(parse(text, queue));
  if (!result.issues) return result.value;
  const issues = result.issues.slice(0, 5).map(({ message, path = [] }) => {
    const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return at === '' ? message : `${at}: ${message}`;
  });
  throw refused(queue, `has a payload that its schema refuses: ${issues.join('; ')}`);
}

/** What others may see of a text that a store has. One that is no JSON, which nobody has added here, stays text. */
export function shownJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toJson(value: unknown, queue: string): string {
  try {
    // There is none for a function.
    const text: unknown = JSON.stringify(value);
    return typeof text === 'string' ? text : '';
  } catch (error) {
    throw refused(queue, 'has a payload that JSON cannot hold', error);
  }
}

/** Reads JSON as safely as the body of a request: a key that could change a prototype is refused. */
function parse(text: string, queue: string): unknown {
  if (text === '') return undefined;
  try {
    return UNSAFE.test(text) ? JSON.parse(text, refuseUnsafe) : JSON.parse(text);
  } catch (error) {
    throw refused(queue, `has a payload that cannot be read: ${(error as Error).message}`, error);
  }
}

function refuseUnsafe(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('it has the key "__proto__"');
  const isPoison = typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
  if (key === 'constructor' && isPoison) throw new Error('it has the key "constructor.prototype"');
  return value;
}

function refused(queue: string, problem: string, cause?: unknown): JobError {
  return new JobError('ERR_BLAIZE_JOB_PAYLOAD', `A job for "${queue}" ${problem}.`, { cause });
}
