import type { FileTypeResult } from 'file-type';

import type { ParsedPart } from './part-parser.ts';
import { wrongType } from './refusals.ts';

/** The number of bytes that tell a file's type. */
export const HEAD_SIZE = 4100;

const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/x-icon': 'image/vnd.microsoft.icon',
  'audio/mp3': 'audio/mpeg',
  'audio/wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/m4a': 'audio/x-m4a',
  'application/x-zip-compressed': 'application/zip',
  'application/x-gzip': 'application/gzip',
  'application/x-pdf': 'application/pdf',
  'text/xml': 'application/xml',
};

// Extensions that browsers and viewers act on. Others may mean more than one type: `.ts` is a video, too.
const EXTENSIONS: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  ico: 'image/vnd.microsoft.icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  webp: 'image/webp',
  flac: 'audio/flac',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  webm: 'video/webm',
  pdf: 'application/pdf',
  zip: 'application/zip',
};

// Formats whose first bytes only show the container.
const CONTAINERS: Readonly<Record<string, RegExp>> = {
  'application/zip':
    /^application\/(?:vnd\.openxmlformats-|vnd\.oasis\.|vnd\.ms-|epub\+zip|java-archive|.*\+zip)/,
  'application/x-cfb': /^application\/(?:msword|vnd\.ms-)/,
  'application/xml': /\+xml$/,
  'video/mp4': /^(?:video|audio)\/(?:mp4|quicktime|x-m4[av]|3gpp2?)$/,
  'video/quicktime': /^video\/mp4$/,
  'audio/x-m4a': /^audio\/mp4$/,
  'video/x-m4v': /^video\/mp4$/,
  'video/matroska': /^(?:video|audio)\/(?:webm|x-matroska)$/,
  'video/webm': /^audio\/webm$/,
  'audio/ogg': /^(?:application|video|audio)\/ogg$/,
};

/**
 * Compares the first bytes of a file with its type and its extension.
 *
 * @throws 415 `ERR_BLAIZE_MULTIPART_TYPE` if they differ
 */
export async function assertType(part: ParsedPart, head: Buffer): Promise<void> {
  // Only loaded if it is used.
  const { fileTypeFromBuffer, supportedMimeTypes } = await import('file-type');
  const found = await detect(fileTypeFromBuffer, head);
  const extension = /\.(\w+)$/.exec(part.originalName ?? '')?.[1]?.toLowerCase() ?? '';
  const byName = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  for (const declared of [part.type, byName]) {
    if (declared === undefined || declared === 'application/octet-stream') continue;
    const type = ALIASES[declared] ?? declared;
    // An empty file has no type.
    const known = supportedMimeTypes.has(type) && !/^text\/|[/+](?:xml|json)$/.test(type);
    if (found === undefined ? known : !matches(found, type)) throw wrongType(part.field, declared, found);
  }
}

function matches(found: string, declared: string): boolean {
  return (
    found === declared || (Object.hasOwn(CONTAINERS, found) && CONTAINERS[found]?.test(declared) === true)
  );
}

async function detect(
  from: (bytes: Uint8Array) => Promise<FileTypeResult | undefined>,
  head: Buffer,
): Promise<string | undefined> {
  try {
    const mime = (await from(head.subarray(0, HEAD_SIZE)))?.mime;
    return mime && (ALIASES[mime] ?? mime);
  } catch {
    // For some formats, its parsers need more bytes than there are.
    return undefined;
  }
}
