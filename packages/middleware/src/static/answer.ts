import { addVary, allowsRange, evaluatePreconditions } from '@blaizejs/context/internal';
import { HttpError } from '@blaizejs/errors';
import type { AnyContext, ContextResponse, HeaderFields } from '@blaizejs/types';

import { closeContent, type Content } from './content.ts';
import { FileStream } from './file-stream.ts';
import { type ByteRange, readRange } from './range.ts';

/** How to send a file. */
export interface Sending {
  readonly type: string;
  readonly cacheControl: string;
  /** Headers of the request that decided which file it is. */
  readonly vary?: string | undefined;
  /** How the file is compressed. */
  readonly coding?: string | undefined;
  readonly disposition?: string | undefined;
  /** Default: 200. With any other there are no conditions and ranges. */
  readonly status?: number | undefined;
}

/**
 * Records a file as the answer, or a part of it, or that the client has it already.
 *
 * @throws HttpError 412 or 416
 */
export async function answerFile(
  ctx: AnyContext,
  content: Content,
  sending: Sending,
): Promise<ContextResponse> {
  try {
    return recordFile(ctx, content, sending);
  } catch (error) {
    await closeContent(content);
    throw error;
  }
}

/** As {@link answerFile}, for content that needs not be closed. */
export function recordFile(
  { request, response }: AnyContext,
  content: Content,
  { type, cacheControl, vary, coding, disposition, status = 200 }: Sending,
): ContextResponse {
  const { size, bytes, file } = content;
  const fields = response.headers() as HeaderFields;
  if (vary !== undefined) addVary(response, vary);
  fields['etag'] = content.etag;
  fields['last-modified'] = content.lastModified;
  fields['cache-control'] ??= cacheControl;
  let range: ByteRange | undefined;
  if (status === 200) {
    fields['accept-ranges'] = 'bytes';
    if (meetsCondition(request, content) === 304) {
      // The answer is known. A file that can't be closed is no reason to end the process.
      void closeContent(content).catch(() => undefined);
      return response.send(null).status(304);
    }
    range = rangeOf(request, content);
  }
  fields['content-type'] = type;
  if (coding !== undefined) fields['content-encoding'] = coding;
  if (disposition !== undefined) fields['content-disposition'] = disposition;
  if (range) fields['content-range'] = `bytes ${range.start}-${range.end}/${size}`;
  response.status(range ? 206 : status);
  if (bytes) return response.send(range ? bytes.subarray(range.start, range.end + 1) : bytes);
  if (!file) return response;
  const part = range ?? { start: 0, end: size - 1 };
  fields['content-length'] = String(part.end - part.start + 1);
  return response.stream(new FileStream(file, part));
}

/** @throws HttpError 412 */
function meetsCondition(request: AnyContext['request'], { etag, modified }: Content): 'proceed' | 304 {
  const headers = {
    'if-match': request.header('if-match'),
    'if-none-match': request.header('if-none-match'),
    'if-modified-since': request.header('if-modified-since'),
    'if-unmodified-since': request.header('if-unmodified-since'),
  };
  const result = evaluatePreconditions(headers, { method: request.method, etag, lastModified: modified });
  if (result === 412) throw new HttpError(412, 'The file is no longer what the request expects.');
  return result;
}

/** @throws HttpError 416 */
function rangeOf(request: AnyContext['request'], { size, etag, modified }: Content): ByteRange | undefined {
  // RFC 9110 section 14.2: of all methods, only GET has ranges.
  const header = request.method === 'GET' ? request.header('range') : undefined;
  if (header === undefined) return undefined;
  if (!allowsRange({ 'if-range': request.header('if-range') }, { etag, lastModified: modified })) {
    return undefined;
  }
  const range = readRange(header, size);
  if (range !== 'unsatisfiable') return range;
  throw new HttpError(416, `The file has ${size} bytes, and the range asks for none of them.`, {
    headers: { 'content-range': `bytes */${size}` },
  });
}
