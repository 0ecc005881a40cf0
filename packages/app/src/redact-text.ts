import { isSecretName } from '@blaizejs/errors/internal';

const REDACTED = '[redacted]';
const TEXT = /[=@:]|-----B|earer |asic |igest |egotiate |BEARER|BASIC|DIGEST|NEGOTIATE|eyJ/;

// The patterns are for the content of a JSON string, in which quotes and line breaks are escaped.
const USER_INFO = /:\/\/[^/?#@\s"\\]*@/g;
const PARAMETER =
  /(?:([?&;#])|(?<![\w.~%+[\]$-]))([\w.~%+[\]$-]{1,100})=(\\"[^"\\]*\\"|'[^'"\\]*'|[^&;#\s"'\\]+)/g;
const SHORT = /^(?:key|pwd|pin|otp|code|sid|sig)$/i;
const SCHEME =
  /(?:\b|(?<=\\[nrt]))([Bb]earer|BEARER|[Bb]asic|BASIC|[Dd]igest|DIGEST|[Nn]egotiate|NEGOTIATE) +((?=[^\s"\\,;]*[\dA-Z+/=_.])[^\s"\\,;]{4,})/g;
const WHOLE_SCHEME = /^(bearer|basic|digest|negotiate) +\S.*$/i;
// Up to where the next one may begin: else `-eyJ…-eyJ…` would be read to its end from each of them.
const JWT = /(?:\b|(?<=\\[nrt]))eyJ(?:(?!-eyJ)[\w-]){5,}\.[\w-]+(?:\.[\w-]*)?/g;
// A header line, up to its end: `Cookie: a=1; b=2`.
const HEADER_LINE =
  /(?:\b|(?<=\\[nrt]))((?:proxy-)?authorization|(?:set-)?cookie|x-(?:[\w-]{0,40}-)?(?:key|token|secret)|api-?key): *((?:[^"\\]|\\["\\/])+)/gi;
const JSON_FIELD =
  /(?<!\\)(\\{1,15}")([\w.-]{0,60}(?:auth|cookie|token|secret|pass[wpc]|key|session|credential|jwt|[cx]srf|signature)[\w.-]{0,60})\1(\s*:\s*)(?:(\\+")(?:.{0,512}?\4(?=\s*(?:[,}\]]|$))|[^"\\]*)|(?!null|true|false)[^\s,}\]"\\[{]+)/gi;
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END).)*(?:-----END [A-Z ]{0,30}-----)?/g;

/**
 * Replaces credentials in the content of a JSON string: in URLs, queries and forms, header lines, JSON in JSON, JSON Web
 * Tokens and private keys. The result is the content of a JSON string again.
 */
export function redactText(text: string): string {
  if (!TEXT.test(text)) return text;
  if (WHOLE_SCHEME.test(text) && !/\s/.test(text.slice(text.indexOf(' ')).trim())) return REDACTED;
  let result = text;
  if (text.includes('-----BEGIN')) result = result.replaceAll(PRIVATE_KEY, REDACTED);
  if (text.includes('://')) result = result.replaceAll(USER_INFO, `://${REDACTED}@`);
  if (text.includes(String.raw`\"`)) result = result.replaceAll(JSON_FIELD, jsonField);
  if (text.includes(':')) result = result.replaceAll(HEADER_LINE, `$1: ${REDACTED}`);
  if (text.includes('=')) result = result.replaceAll(PARAMETER, parameter);
  return result.replaceAll(SCHEME, `$1 ${REDACTED}`).replaceAll(JWT, REDACTED);
}

function jsonField(whole: string, quote: string, name: string, colon: string): string {
  if (!isSecretName(name) || SHORT.test(name)) return whole;
  return `${quote}${name}${quote}${colon}${quote}${REDACTED}${quote}`;
}

function parameter(whole: string, mark: string | undefined, name: string, value: string): string {
  const plain = decoded(name);
  // `exit code=1` is no credential, `?code=1` is.
  if (!isSecretName(plain) || (mark === undefined && SHORT.test(plain)) || value === REDACTED) return whole;
  return `${mark ?? ''}${name}=${REDACTED}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
