// What `<body>` is no tag in, or the beginning of the tag itself.
const BEGINNING = /<(?:(!--)|(script|style|title|textarea|template|noscript)\b|body(?=[\s>]))/gi;
// The rest of the tag. Its quoted attributes may contain a ">".
const REST = /(?:[^>"']|"[^"]*"|'[^']*')*>/y;
const SPACE = /[\ufeff\s]*/y;
const DOCUMENT = /<(?:!doctype\b|html\b)/iy;
const MARK = /^\u00ef\u00bb\u00bf/;
const MAX_HEAD = 256 * 1024;

/**
 * A page with a notice at the beginning of its body, or at its end if it has no `<body>`. Returns undefined for a fragment
 * of a page, such as a script requests.
 */
export function withNotice(page: string, notice: string): string | undefined {
  const place = bodyOf(page);
  if (place !== undefined) return page.slice(0, place) + notice + page.slice(place);
  return isDocument(page) ? page + notice : undefined;
}

/** Like {@link withNotice}, for a page that arrives in pieces. Everything after `<body>` is passed on as it arrives. */
export async function* withNoticeInStream(
  pieces: AsyncIterable<string | Uint8Array>,
  notice: string,
): AsyncGenerator<Uint8Array> {
  // One character per byte, so that no charset is damaged.
  let held: string | undefined = '';
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece as Uint8Array);
    if (held === undefined) {
      yield bytes;
      continue;
    }
    held += bytes.toString('latin1');
    const isOver = bodyOf(held) !== undefined || held.length > MAX_HEAD;
    if (!isOver) continue;
    yield Buffer.from(withNotice(held, notice) ?? held, 'latin1');
    held = undefined;
  }
  if (held) yield Buffer.from(withNotice(held, notice) ?? held, 'latin1');
}

/** Where the content of the body begins. No part of a page is looked at twice, however it is made. */
function bodyOf(page: string): number | undefined {
  BEGINNING.lastIndex = 0;
  for (let match = BEGINNING.exec(page); match; match = BEGINNING.exec(page)) {
    const [, comment, element] = match;
    const at = BEGINNING.lastIndex;
    if (comment === undefined && element === undefined) return matchEnd(REST, page, at);
    const end = comment === undefined ? endOf(element as string, page, at) : page.indexOf('-->', at) + 3;
    // It has no end, so that the rest of the page is in it.
    if (end < at) return undefined;
    BEGINNING.lastIndex = end;
  }
  return undefined;
}

/** Where an element ends; -1 if it does not. */
function endOf(element: string, page: string, from: number): number {
  const end = new RegExp(`</${element}\\s*>`, 'gi');
  end.lastIndex = from;
  return end.test(page) ? end.lastIndex : -1;
}

/** Whether a page begins with a doctype or `<html>`, after comments. */
function isDocument(page: string): boolean {
  let at = matchEnd(SPACE, page, MARK.test(page) ? 3 : 0) as number;
  while (page.startsWith('<!--', at)) {
    const end = page.indexOf('-->', at);
    if (end === -1) return false;
    at = matchEnd(SPACE, page, end + 3) as number;
  }
  return matchEnd(DOCUMENT, page, at) !== undefined;
}

function matchEnd(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
