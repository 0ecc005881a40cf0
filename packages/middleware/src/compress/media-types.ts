import { parseMediaType } from '@blaizejs/context/internal';

// Sent in parts for which somebody is waiting.
const LIVE = new Set([
  'text/event-stream',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/json-seq',
  'application/stream+json',
]);

const TEXTS = /^text\/|\+(?:json|xml|yaml|text)$/;

const OTHERS = new Set([
  ...LIVE,
  'application/cbor',
  'application/graphql',
  'application/javascript',
  'application/json',
  'application/msgpack',
  'application/rtf',
  'application/sql',
  'application/toml',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/x-javascript',
  'application/x-sh',
  'application/x-tar',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/yaml',
  'font/collection',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
]);

/**
 * Whether answers of a media type usually get smaller: texts, JSON, XML, JavaScript, SVG, WebAssembly, and uncompressed fonts and
 * bitmaps. Most images, audio, video and archives are compressed already.
 *
 * @param type in lower case, without parameters: `application/json`
 */
export function isCompressible(type: string): boolean {
  return TEXTS.test(type) || OTHERS.has(type);
}

/** What a `Content-Type` means for compression. */
export interface TypeFacts {
  readonly isCompressible: boolean;
  /** Whether a stream of that type is sent in parts for which somebody is waiting, such as events. */
  readonly isLive: boolean;
}

/** @param types whether to compress answers of a type */
export function factsOf(contentType: string, types: (type: string) => boolean): TypeFacts {
  const { essence } = parseMediaType(contentType);
  return { isCompressible: essence !== '' && types(essence), isLive: LIVE.has(essence) };
}
