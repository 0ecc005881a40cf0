import { parseJson } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import { describeIssues } from './describe-issues.ts';
import type { Schema } from '@blaizejs/types';

import { CLOSE } from './close-codes.ts';
import { OutgoingMessage } from './outgoing-message.ts';

/** What messages are on the wire. */
export type Format = 'json' | 'raw';

/** A message that the route does not take, and the code that its connection is closed with. */
export class RefusedMessage {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** Reads messages, and checks them. Passed to `then` only if the schema is asynchronous. */
export function decoderOf(
  schema: Schema | undefined,
  format: Format,
): (data: Buffer, isBinary: boolean) => unknown {
  return (data, isBinary) => {
    const read = format === 'json' ? readJson(data, isBinary) : isBinary ? data : data.toString();
    if (read instanceof RefusedMessage || !schema) return read;
    const result = schema['~standard'].validate(read);
    return result instanceof Promise ? result.then(accepted) : accepted(result);
  };
}

function readJson(data: Buffer, isBinary: boolean): unknown {
  if (isBinary) return new RefusedMessage(CLOSE.unsupportedData, 'Only text messages are accepted');
  try {
    return parseJson(data.toString(), 'The message');
  } catch (error) {
    return new RefusedMessage(CLOSE.invalidData, (error as Error).message);
  }
}

type Result = Awaited<ReturnType<Schema['~standard']['validate']>>;

function accepted(result: Result): unknown {
  if (!result.issues) return result.value;
  return new RefusedMessage(CLOSE.policy, `Invalid message: ${describeIssues(result.issues)}`);
}

/**
 * Checks messages and encodes them.
 *
 * @returns a function that throws a BlaizeError `ERR_BLAIZE_WEBSOCKET_MESSAGE` for a message that cannot be sent
 */
export function encoderOf(schema: Schema | undefined, format: Format): (message: unknown) => OutgoingMessage {
  return (message) => new OutgoingMessage(toData(checked(schema, message), format));
}

/** Checks a value and gives it as JSON. @throws BlaizeError `ERR_BLAIZE_WEBSOCKET_MESSAGE` */
export function textOf(schema: Schema | undefined, value: unknown): string {
  return toData(checked(schema, value), 'json') as string;
}

function checked(schema: Schema | undefined, message: unknown): unknown {
  if (!schema) return message;
  const result = schema['~standard'].validate(message);
  if (result instanceof Promise) {
    // It may reject, and nobody would listen.
    result.catch(() => undefined);
    throw unsendable('its schema is asynchronous, so messages could not keep their order');
  }
  if (result.issues) throw unsendable(`it does not match the schema: ${describeIssues(result.issues)}`);
  return result.value;
}

function toData(message: unknown, format: Format): string | Uint8Array {
  if (format === 'raw') {
    if (typeof message === 'string' || message instanceof Uint8Array) return message;
    throw unsendable(`expected a string or bytes, received a value of type ${typeof message}`);
  }
  let json: unknown;
  try {
    json = JSON.stringify(message);
  } catch (error) {
    throw unsendable((error as Error).message, error);
  }
  if (typeof json !== 'string') throw unsendable(`JSON has no values of type ${typeof message}`);
  return json;
}

function unsendable(why: string, cause?: unknown): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_WEBSOCKET_MESSAGE', `A message can't be sent: ${why}.`, { cause });
}
