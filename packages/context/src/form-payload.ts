import { leftOut } from '@blaizejs/errors/internal';

import { unsendable } from './unsendable.ts';

declare const BLAIZE_WITHOUT_FORMS: true | undefined;

/** A body and its type, as a Web `Response` has them. */
export interface FormPayload {
  readonly body: ReadableStream;
  readonly type: string;
}

/**
 * Encodes a `FormData`, of this or of another implementation, as `multipart/form-data`.
 *
 * @throws TypeError for a file that is not a `Blob` of this realm, because its bytes can't be read synchronously
 */
export const encodeForm: typeof encode =
  typeof BLAIZE_WITHOUT_FORMS === 'undefined' ? encode : leftOut('FormData');

function encode(form: FormData): FormPayload {
  const { body, headers } = new Response(form instanceof FormData ? form : copyOf(form));
  return { body: body as ReadableStream, type: headers.get('content-type') ?? 'multipart/form-data' };
}

function copyOf(form: FormData): FormData {
  const copy = new FormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') copy.append(name, value);
    else if (value instanceof Blob) copy.append(name, value, value.name);
    else {
      throw unsendable(
        `The FormData has a file, ${JSON.stringify(name)}, that is not an instance of the global File. ` +
          'Use the global FormData and File.',
      );
    }
  }
  return copy;
}
