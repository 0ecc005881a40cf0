import { ClientError } from './client-error.ts';
import type { FetchBody } from './options.ts';
import { addFields } from './request-url.ts';

/** A body as `fetch` takes it. */
export interface EncodedBody {
  readonly content: FetchBody | undefined;
  /** Undefined if `fetch` knows it: the boundary of a form, or the type of a Blob. */
  readonly type: string | undefined;
  /** Whether it can be sent only once. */
  readonly once: boolean;
}

/** The types of forms, of which only the second has files. */
const FORM = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)$/i;

/**
 * Encodes a body. What `fetch` can send stays as it is; anything else becomes a form if `contentType` says so or if it has
 * files, and JSON otherwise.
 *
 * @throws ClientError for what JSON or a form can't hold
 */
export function encodeBody(body: unknown, contentType: string | undefined): EncodedBody {
  const isObject = typeof body === 'object' && body !== null;
  const once = isObject && ('getReader' in body || Symbol.asyncIterator in body);
  const isForm = body instanceof FormData;
  if (body === undefined || once || isForm || typeof body === 'string' || isNative(body)) {
    return { content: body as FetchBody | undefined, type: isForm ? undefined : contentType, once };
  }
  const files =
    isObject &&
    Object.values(body)
      .flat()
      .some((value) => value instanceof Blob);
  if (isObject && (contentType ? FORM.test(contentType) : files)) {
    const isMultipart = !/urlencoded/i.test(contentType ?? '');
    const form = isMultipart ? new FormData() : new URLSearchParams();
    addFields(form, body, isMultipart ? (name, file) => (form as FormData).append(name, file) : undefined);
    return { content: form, type: undefined, once };
  }
  try {
    return { content: JSON.stringify(body), type: contentType ?? 'application/json', once };
  } catch (cause) {
    throw new ClientError('ERR_BLAIZE_CLIENT_REQUEST', 'The body cannot be sent as JSON.', cause);
  }
}

/** What `fetch` sends as it is. */
function isNative(body: unknown): boolean {
  return (
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}
