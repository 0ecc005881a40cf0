import path from 'node:path';

import { NotFoundError } from '@blaizejs/errors';
import {
  type Check,
  checkBuiltIn,
  is,
  isInteger,
  options as shapeOf,
  optional,
  orElse,
} from '@blaizejs/errors/internal';
import type { AnyContext, ContextResponse } from '@blaizejs/types';

import { answerFile } from './answer.ts';
import { openContent } from './content.ts';
import { attachment } from './disposition.ts';
import { segmentsAreSafe } from './file-path.ts';
import { typeOf } from './media-types.ts';
import { Root } from './open-file.ts';
import { folder, headerValue, toPath } from './options.ts';

/** The options of {@link sendFile}. */
export interface SendFileOptions {
  /**
   * The folder that the file has to be in, after all links. Necessary if any part of its path comes from a client. Default:
   * none, and the path may lead anywhere.
   */
  readonly root?: string | URL | undefined;
  /** `Content-Type`. Default: by the extension. */
  readonly type?: string | undefined;
  /** Whether browsers are to save it instead of showing it; a text is the name for that. Default: `false`. */
  readonly download?: boolean | string | undefined;
  /** `Cache-Control`. Default: `no-cache`. */
  readonly cacheControl?: string | undefined;
  /** The status. With any other than 200, conditions and ranges are ignored. Default: 200. */
  readonly status?: number | undefined;
}

const check = shapeOf(
  {
    root: optional(folder),
    type: optional(headerValue('"text/plain; charset=utf-8"')),
    download: orElse(
      is<boolean | string>('true, false or a name', (value) => ['boolean', 'string'].includes(typeof value)),
      false,
    ),
    cacheControl: orElse(headerValue('"max-age=3600"'), 'no-cache'),
    status: orElse(
      is<number>('a status with content', (value) => isInteger(value, 200, 599) && !EMPTY.has(value)),
      200,
    ),
  } satisfies Record<keyof SendFileOptions, Check<unknown>>,
  'an object of options, such as { download: true }',
);

// Without content, or of ranges, which this decides itself.
const EMPTY = new Set([204, 205, 206, 304, 416]);

/**
 * Answers with a file: `return sendFile(ctx, path)`. Ranges and conditional requests work as for `serveStatic()`.
 *
 * ```ts
 * return sendFile(ctx, ctx.request.params.name, { root: '/var/invoices', download: true });
 * ```
 *
 * @param file a path or a `file:` URL. With `root`, a path in that folder; one that leaves it, or names a hidden file, is not
 *   found
 * @throws NotFoundError (404) if there is no such file; HttpError 412 or 416 if the request expects another one;
 *   ServiceUnavailableError (503) if too many files are open; BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS`
 */
export async function sendFile(
  ctx: AnyContext,
  file: string | URL,
  options: SendFileOptions = {},
): Promise<ContextResponse> {
  const { root, type, download, cacheControl, status } = checkBuiltIn('sendFile', check, options);
  const location = root === undefined ? toPath(file) : below(root, file);
  const within = root === undefined ? undefined : new Root(root, isSafe);
  const content = location === undefined ? undefined : await openContent(location, within);
  if (!content || location === undefined) throw new NotFoundError(`There is no file at ${ctx.request.path}.`);
  const name = typeof download === 'string' ? download : path.basename(location);
  return answerFile(ctx, content, {
    type: type ?? typeOf(location),
    cacheControl,
    status,
    disposition: download === false ? undefined : attachment(name),
  });
}

function below(root: string, file: string | URL): string | undefined {
  if (typeof file !== 'string' || file === '' || file.endsWith('/')) return undefined;
  return isSafe(file.split('/')) ? path.join(root, file) : undefined;
}

function isSafe(segments: readonly string[]): boolean {
  return segmentsAreSafe(segments, { wellKnown: false });
}
