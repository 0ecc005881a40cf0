// In which `<body>` would not be a tag, and the tag itself. What is quoted in it may hold a ">".
const BODY =
  /<!--[\s\S]*?-->|<(script|style|title|textarea|template|noscript)\b[\s\S]*?<\/\1\s*>|(<body(?:\s(?:[^>"']|"[^"]*"|'[^']*')*)?>)/gi;
const DOCUMENT = /^(?:\ufeff|\u00ef\u00bb\u00bf)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\b|html\b)/i;
const MAX_HEAD = 256 * 1024;

/**
 * A page with a notice at the beginning of its body, or at its end if it has no `<body>`; undefined for what is no whole page
 * but a part, such as a script asks for.
 */
export function withNotice(page: string, notice: string): string | undefined {
  const place = bodyOf(page);
  if (place !== undefined) return page.slice(0, place) + notice + page.slice(place);
  return DOCUMENT.test(page) ? page + notice : undefined;
}

/** As {@link withNotice}, for a page that comes piece by piece. What follows `<body>` is passed on as it comes. */
export async function* withNoticeInStream(
  pieces: AsyncIterable<string | Uint8Array>,
  notice: string,
): AsyncGenerator<Uint8Array> {
  // One character a byte, so that nothing is lost whatever the charset is.
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

/** Where the content of the body begins. */
function bodyOf(page: string): number | undefined {
  for (const match of page.matchAll(BODY)) if (match[2] !== undefined) return match.index + match[0].length;
  return undefined;
}
