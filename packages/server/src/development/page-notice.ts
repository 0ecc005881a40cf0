// Elements and comments in which `<body>` is not a tag, or the tag itself. Its quoted attributes may contain a ">".
const BODY =
  /<!--[\s\S]*?-->|<(script|style|title|textarea|template|noscript)\b[\s\S]*?<\/\1\s*>|(<body(?:\s(?:[^>"']|"[^"]*"|'[^']*')*)?>)/gi;
const DOCUMENT = /^(?:\ufeff|\u00ef\u00bb\u00bf)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\b|html\b)/i;
const MAX_HEAD = 256 * 1024;

/**
 * A page with a notice at the beginning of its body, or at its end if it has no `<body>`. Returns undefined for a fragment
 * of a page, such as a script requests.
 */
export function withNotice(page: string, notice: string): string | undefined {
  const place = bodyOf(page);
  if (place !== undefined) return page.slice(0, place) + notice + page.slice(place);
  return DOCUMENT.test(page) ? page + notice : undefined;
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

/** Where the content of the body begins. */
function bodyOf(page: string): number | undefined {
  for (const match of page.matchAll(BODY)) if (match[2] !== undefined) return match.index + match[0].length;
  return undefined;
}
