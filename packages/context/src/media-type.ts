/** A `Content-Type` taken apart as far as reading content needs it (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** Type and subtype in lower case, without parameters: `application/json`. */
  readonly essence: string;
  /** The `charset` parameter in lower case. */
  readonly charset: string | undefined;
}

const CHARSET = /;\s*charset\s*=\s*("?)([^";\s]+)\1\s*(?:;|$)/i;

export function parseMediaType(contentType: string): MediaType {
  const end = contentType.indexOf(';');
  if (end === -1) return { essence: contentType.trim().toLowerCase(), charset: undefined };
  return {
    essence: contentType.slice(0, end).trim().toLowerCase(),
    charset: CHARSET.exec(contentType)?.[2]?.toLowerCase(),
  };
}

/** Whether a type is JSON, by name or by its `+json` suffix (RFC 6839 section 3.1). */
export function isJson(essence: string): boolean {
  return essence === 'application/json' || essence.endsWith('+json');
}
