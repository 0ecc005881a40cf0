import { BadRequestError } from 'blaizejs';
import { Parser } from 'htmlparser2';
import { z } from 'zod';

const MAX_BOOKMARKS = 1000;
// Folders inside each other. The parser looks for the start of each end tag among all that are open.
const MAX_DEPTH = 200;

const json = z.union([
  z.array(z.unknown()),
  // What GET /api/bookmarks answers.
  z.object({ items: z.array(z.unknown()) }).transform(({ items }) => items),
]);

/**
 * Reads a file of bookmarks: a list in JSON, or the HTML that browsers export.
 *
 * @returns what the file says about each; nothing of it has been checked
 * @throws BadRequestError for any other file, and for one with more than 1,000 bookmarks
 */
export function readBookmarkFile(text: string): unknown[] {
  const found = text.trimStart().startsWith('<') ? readHtml(text) : readJson(text);
  if (found.length > MAX_BOOKMARKS) {
    throw new BadRequestError(
      `The file has ${found.length} bookmarks. Import up to ${MAX_BOOKMARKS} at once.`,
    );
  }
  return found;
}

function readJson(text: string): unknown[] {
  try {
    return json.parse(JSON.parse(text));
  } catch (cause) {
    throw new BadRequestError(
      'The file is neither a JSON list of bookmarks nor HTML that a browser exported.',
      { cause },
    );
  }
}

/** `<DT><A HREF="https://example.com" TAGS="a,b">The title</A><DD>A note`, known as the Netscape format. */
function readHtml(text: string): unknown[] {
  const found: { url: string | undefined; title: string; note: string; tags: string[] }[] = [];
  let current: (typeof found)[number] | undefined;
  let reading: 'title' | 'note' | undefined;
  let depth = 0;
  const parser = new Parser({
    onopentag: (name, { href, tags = '' }) => {
      if (++depth > MAX_DEPTH) throw new BadRequestError('The file has too many folders inside each other.');
      if (name === 'a') {
        current = { url: href, title: '', note: '', tags: tags.split(',').flatMap(toTag) };
        found.push(current);
      }
      // The title of a folder; its note is not that of the bookmark before.
      if (name === 'h3') current = undefined;
      reading = name === 'a' ? 'title' : name === 'dd' ? 'note' : undefined;
    },
    ontext: (part) => {
      if (current && reading) current[reading] += part;
    },
    onclosetag: () => {
      depth--;
      reading = undefined;
    },
  });
  // Browsers never close these, so that each folder would seem to be inside the one before.
  parser.end(text.replaceAll(/<(?:p|dt)>/gi, ' '));
  // Browsers take any title, also an empty one.
  return found.map(({ title, ...rest }) => ({ ...rest, title: title.trim().slice(0, 200) || undefined }));
}

/** Browsers allow spaces in tags. */
function toTag(text: string): string[] {
  const words = text.trim();
  return words === '' ? [] : [words.replaceAll(/\s+/g, '-')];
}
