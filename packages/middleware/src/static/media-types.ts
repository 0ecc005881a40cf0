/** The types of files that sites serve, by extension. Text has no charset here: {@link typeOf} adds it. */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Pages and their parts
    html: 'text/html',
    htm: 'text/html',
    xhtml: 'application/xhtml+xml',
    css: 'text/css',
    js: 'text/javascript',
    mjs: 'text/javascript',
    cjs: 'text/javascript',
    json: 'application/json',
    map: 'application/json',
    jsonld: 'application/ld+json',
    geojson: 'application/geo+json',
    webmanifest: 'application/manifest+json',
    wasm: 'application/wasm',
    // Text and data
    txt: 'text/plain',
    log: 'text/plain',
    md: 'text/markdown',
    csv: 'text/csv',
    tsv: 'text/tab-separated-values',
    vtt: 'text/vtt',
    ics: 'text/calendar',
    vcf: 'text/vcard',
    xml: 'application/xml',
    xsl: 'application/xslt+xml',
    rss: 'application/rss+xml',
    atom: 'application/atom+xml',
    yaml: 'application/yaml',
    yml: 'application/yaml',
    toml: 'application/toml',
    // Images
    avif: 'image/avif',
    bmp: 'image/bmp',
    gif: 'image/gif',
    heic: 'image/heic',
    ico: 'image/x-icon',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    jxl: 'image/jxl',
    png: 'image/png',
    apng: 'image/apng',
    svg: 'image/svg+xml',
    tif: 'image/tiff',
    tiff: 'image/tiff',
    webp: 'image/webp',
    // Sound and film
    aac: 'audio/aac',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
    mp3: 'audio/mpeg',
    oga: 'audio/ogg',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    wav: 'audio/wav',
    weba: 'audio/webm',
    m3u8: 'application/vnd.apple.mpegurl',
    mpd: 'application/dash+xml',
    m4s: 'video/iso.segment',
    mov: 'video/quicktime',
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    ogv: 'video/ogg',
    // Not TypeScript, which browsers do not run.
    ts: 'video/mp2t',
    webm: 'video/webm',
    // Fonts
    otf: 'font/otf',
    ttf: 'font/ttf',
    woff: 'font/woff',
    woff2: 'font/woff2',
    eot: 'application/vnd.ms-fontobject',
    // Documents and models
    epub: 'application/epub+zip',
    pdf: 'application/pdf',
    rtf: 'application/rtf',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ppt: 'application/vnd.ms-powerpoint',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    odt: 'application/vnd.oasis.opendocument.text',
    ods: 'application/vnd.oasis.opendocument.spreadsheet',
    glb: 'model/gltf-binary',
    gltf: 'model/gltf+json',
    // Archives
    '7z': 'application/x-7z-compressed',
    bz2: 'application/x-bzip2',
    gz: 'application/gzip',
    tar: 'application/x-tar',
    tgz: 'application/gzip',
    xz: 'application/x-xz',
    zip: 'application/zip',
    zst: 'application/zstd',
  }),
);

/**
 * The media type of a file by the last extension of its name; `application/octet-stream` if it has none that is known. Text
 * is UTF-8.
 *
 * @param own types that take precedence, by extension with its dot
 */
export function typeOf(name: string, own?: Readonly<Record<string, string>>): string {
  const extension = extensionOf(name);
  if (own && Object.hasOwn(own, extension)) return own[extension] ?? '';
  const type = TYPES.get(extension.slice(1)) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

/** Whether an extension has a type of its own, so that a path which ends in it names a file and not a page. */
export function isFileName(name: string, own?: Readonly<Record<string, string>>): boolean {
  const extension = extensionOf(name);
  if (extension === '.html' || extension === '.htm') return false;
  return TYPES.has(extension.slice(1)) || (own !== undefined && Object.hasOwn(own, extension));
}

/** With its dot and in lower case; empty if there is none. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') + 1 ? '' : name.slice(dot).toLowerCase();
}
