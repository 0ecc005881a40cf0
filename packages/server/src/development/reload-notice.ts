import type { HookContext, Middleware } from '@blaizejs/types';

import { markup } from './markup.ts';
import { withNotice, withNoticeInStream } from './page-notice.ts';
import { oneLine } from './visible.ts';

/** Names, on every answer, what hot reload could not load. */
export const RELOAD_HEADER = 'x-blaize-reload-error';

const MAX_SHOWN = 5;
// What describes a page as it was before the notice.
const OUTDATED = ['etag', 'last-modified', 'content-digest', 'repr-digest', 'digest', 'content-md5'];

/**
 * Shows what hot reload could not load: in a header of every answer, and on pages to whoever looks at them. An app has it
 * only while something is broken, as the first hook of all: others compress and tag what it leaves.
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
        // An answer is worth more than the notice on it.
      }
    },
  };
}

function isPage({ response }: HookContext): boolean {
  const type = response.get('content-type') ?? '';
  const { statusCode } = response;
  return (
    /^text\/html\s*(?:;|$)/i.test(type) &&
    // Bytes are searched for ASCII.
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

/** ASCII only, which is what a header can hold. */
function headerFor(problems: readonly string[]): string {
  const [first = '', ...more] = problems;
  const text = oneLine(first, 400).replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
  return more.length === 0 ? text : `${text} (and ${more.length} more)`;
}

/**
 * Markup without script and style, which a Content-Security-Policy would refuse and report: `<dialog>` lies above the page,
 * and closes, by itself. ASCII only, to fit into a page of any charset.
 */
function noticeFor(problems: readonly string[]): string {
  const items = problems.slice(0, MAX_SHOWN).map((problem) => markup`<li>${oneLine(problem, 400)}</li>`);
  const more = problems.length - items.length;
  const { text } =
    markup`<dialog open><form method="dialog"><p><b>Hot reload: not everything is up to date</b></p><ul>${items}</ul><p>${
      more > 0 ? `And ${more} more. ` : ''
    }What was served before is served until this loads. Shown in development only.</p><button>Close</button></form></dialog>`;
  return text.replaceAll(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
