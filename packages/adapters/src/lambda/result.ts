import { BlaizeError } from '@blaizejs/errors';

/** The answer of a Lambda function, as API Gateway and function URLs read it. */
export interface LambdaResult extends LambdaHead {
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** The head of an answer. */
export interface LambdaHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The values of `set-cookie`, which can't be joined with commas. */
  readonly cookies: readonly string[];
}

/** The most that an invocation can answer with, in bytes of JSON. */
const MAX_RESULT = 6_291_556;
// Escaped in JSON, a byte of text becomes six at most.
const MAX_GROWTH = 6;

const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml)|application\/(?:javascript|x-www-form-urlencoded))/i;
// They are for one connection, and Lambda has none.
const NOT_ANSWERED = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** The head of an answer. Without a type, API Gateway would call any body JSON. */
export function headOf(response: Response): LambdaHead {
  const headers = new Headers(response.headers);
  const cookies = headers.getSetCookie();
  for (const name of ['set-cookie', ...NOT_ANSWERED]) headers.delete(name);
  if (response.body && !headers.has('content-type')) headers.set('content-type', 'application/octet-stream');
  return { statusCode: response.status, headers: Object.fromEntries(headers), cookies };
}

/**
 * Reads the whole answer: text stays text, everything else becomes base64.
 *
 * @throws BlaizeError `ERR_BLAIZE_LAMBDA_RESPONSE` if it is larger than Lambda allows; the rest is not read then
 */
export async function toResult(response: Response): Promise<LambdaResult> {
  const head = headOf(response);
  const bytes = await read(response);
  const text = isText(head.headers) ? decoded(bytes) : undefined;
  const result: LambdaResult =
    text === undefined
      ? { ...head, body: bytes.toString('base64'), isBase64Encoded: bytes.length > 0 }
      : { ...head, body: text, isBase64Encoded: false };
  const isLarge = bytes.length * MAX_GROWTH > MAX_RESULT;
  if (isLarge && Buffer.byteLength(JSON.stringify(result)) > MAX_RESULT) throw tooLarge();
  return result;
}

async function read({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
    if (size > MAX_RESULT) throw tooLarge();
  }
  return Buffer.concat(chunks);
}

function isText(headers: LambdaHead['headers']): boolean {
  const coding = headers['content-encoding'];
  return (coding === undefined || coding === 'identity') && TEXT.test(headers['content-type'] ?? '');
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function tooLarge(): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_LAMBDA_RESPONSE',
    `The answer is larger than the ${MAX_RESULT} bytes that Lambda allows. Stream it with toStreamingLambda(), or send a part of it.`,
  );
}
