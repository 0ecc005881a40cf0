/** The parts of a `Content-Type` that are needed to read a body (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** Type and subtype in lower case, without parameters: `application/json`; empty if it is not valid. */
  readonly essence: string;
  /** The `charset` parameter in lower case. */
  readonly charset: string | undefined;
  /** The whole header; undefined if there is none. */
  readonly given: string | undefined;
}

const ESSENCE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;
const CHARSET = /;\s*charset\s*=\s*("?)([^";\s]+)\1\s*(?:;|$)/i;

export function parseMediaType(given: string | undefined): MediaType {
  const contentType = given ?? '';
  const end = contentType.indexOf(';');
  const type = (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  return {
    // Two types joined to a list are not valid.
    essence: ESSENCE.test(type) ? type : '',
    charset: end === -1 ? undefined : CHARSET.exec(contentType)?.[2]?.toLowerCase(),
    given,
  };
}

/** Whether a type is JSON, by name or by its `+json` suffix (RFC 6839 section 3.1). */
export function isJson(essence: string): boolean {
  return essence === 'application/json' || essence.endsWith('+json');
}
