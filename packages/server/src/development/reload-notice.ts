import type { HookContext, Middleware } from '@blaizejs/types';

import { markup } from './markup.ts';
import { withNotice, withNoticeInStream } from './page-notice.ts';
import { oneLine } from './visible.ts';

/** A header of every answer that names the files that hot reload could not load. */
export const RELOAD_HEADER = 'x-blaize-reload-error';

const MAX_SHOWN = 5;
// Headers that describe the page without the notice.
const OUTDATED = ['etag', 'last-modified', 'content-digest', 'repr-digest', 'digest', 'content-md5'];

/**
 * Shows which files hot reload could not load: in a header of every answer, and in a notice on pages. An app has this hook
 * only while something is broken. It runs before all other hooks, so that those compress and tag the page with the notice.
 *
 * @param problems one or more
 */
export function reloadNotice(problems: readonly string[]): Middleware {
  const header = headerFor(problems);
  const notice = noticeFor(problems);
  return {
    name: 'blaize-reload-notice',
    onSend(ctx) {
      try {
        ctx.response.header(RELOAD_HEADER, header);
        if (isPage(ctx)) addNotice(ctx, notice);
      } catch {
        // The answer is more important than the notice.
      }
    },
  };
}

function isPage({ response }: HookContext): boolean {
  const type = response.get('content-type') ?? '';
  const { statusCode } = response;
  return (
    /^text\/html\s*(?:;|$)/i.test(type) &&
    // The search for tags works only in charsets that include ASCII.
    !/charset\s*=\s*"?utf-?(?:16|32)/i.test(type) &&
    response.get('content-encoding') === undefined &&
    statusCode !== 204 &&
    statusCode !== 205 &&
    statusCode !== 206 &&
    statusCode !== 304
  );
}

function addNotice({ response }: HookContext, notice: string): void {
  const payload = response.payload();
  if (payload === null) return;
  if (typeof payload === 'string') {
    const page = withNotice(payload, notice);
    if (page === undefined) return;
    response.send(page);
  } else if (payload instanceof Uint8Array) {
    const page = withNotice(Buffer.from(payload).toString('latin1'), notice);
    if (page === undefined) return;
    response.send(Buffer.from(page, 'latin1'));
  } else {
    response.stream(withNoticeInStream(payload, notice), { flush: true });
  }
  for (const name of OUTDATED) response.header(name, undefined);
  response.header('cache-control', 'no-store');
}

/** ASCII only, as required in a header. */
function headerFor(problems: readonly string[]): string {
  const [first = '', ...more] = problems;
  const text = oneLine(first, 400).replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
  return more.length === 0 ? text : `${text} (and ${more.length} more)`;
}

/**
 * Markup without script and style, which a Content-Security-Policy would block and report. `<dialog>` needs neither to lie
 * above the page and to close. ASCII only, to fit into a page of any charset.
 */
function noticeFor(problems: readonly string[]): string {
  const items = problems.slice(0, MAX_SHOWN).map((problem) => markup`<li>${oneLine(problem, 400)}</li>`);
  const more = problems.length - items.length;
  const { text } =
    markup`<dialog open><form method="dialog"><p><b>Hot reload: not everything is up to date</b></p><ul>${items}</ul><p>${
      more > 0 ? `And ${more} more. ` : ''
    }The previous version is served until this loads. Shown only in development.</p><button>Close</button></form></dialog>`;
  return text.replaceAll(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
