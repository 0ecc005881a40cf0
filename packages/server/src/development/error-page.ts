import { createHash } from 'node:crypto';

import type { RequestContext } from '@blaizejs/context/internal';
import type { ProblemDetails } from '@blaizejs/errors';

import { Html, markup, nothing } from './markup.ts';
import { STYLE } from './page-style.ts';
import { requestSection } from './request-section.ts';
import { readChain, type ShownError } from './shown-error.ts';
import { readExcerpt, type SourceLine } from './source.ts';
import { type Frame, placeOf, shownFile } from './stack-frames.ts';
import { visible } from './visible.ts';

const AROUND = 6;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The headers of the page: no script runs, nothing is loaded, nothing is cached. */
export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** What the page is about. */
export interface PageSubject {
  readonly ctx: RequestContext;
  readonly problem: ProblemDetails;
  readonly error: Error;
  readonly project: string | undefined;
}

/** The page that a browser gets for an error in development. */
export function errorPage({ ctx, problem, error, project }: PageSubject): string {
  const chain = readChain(error, project);
  const [first, ...behind] = chain.errors;
  const faulty = problem.status >= 500;
  const code = first.code === problem.code || first.code === '' ? '' : ` · ${first.code}`;
  const { text } = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${problem.status} ${problem.title}</title>
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
        <header>
          <p class="status"><b>${problem.status}</b> ${problem.title}</p>
          <h1>${visible(problem.detail)}</h1>
          <p class="kind">${first.name} · ${problem.code}${code}</p>
        </header>
        <main>
          ${faulty ? sourceSection(first, project) : nothing}
          ${faulty && behind.length > 0 ? causesSection(behind, chain.more, project) : nothing}
          ${detailsSection(problem)} ${faulty ? stackSection(first.frames, project) : nothing}
          ${requestSection(ctx)}
        </main>
        <footer>
          Shown only to browsers, and only in development. With NODE_ENV=production, there is no such page.
        </footer>
      </body>
    </html>
`;
  return text;
}

function sourceSection({ frames }: ShownError, project: string | undefined): Html {
  const place = frames.find((frame) => frame.own);
  if (place) {
    return markup`<h2>Source</h2>
      ${card(figure(place, project))}`;
  }
  const why =
    frames.length === 0
      ? 'The thrown value does not say where it was thrown. Throw an Error instead.'
      : "None of these calls is in this project's own code.";
  return markup`<p class="kind">${why}</p>`;
}

function causesSection(causes: readonly ShownError[], more: boolean, project: string | undefined): Html {
  const cards = causes.map((cause) => {
    const place = cause.frames.find((frame) => frame.own);
    const title = markup`<p>${cause.relation} ${name(cause)}${cause.message}</p>`;
    if (!place) return card(title, cause.level);
    return card(
      markup`${title}
        <details>
          <summary>${placeOf(place, project)}</summary>
          ${figure(place, project)}
        </details>`,
      cause.level,
    );
  });
  return markup`<h2>Causes</h2>
    ${cards}${more ? markup`<p class="kind">… and more.</p>` : nothing}`;
}

function name(cause: ShownError): Html {
  if (cause.name === '') return nothing;
  return markup`<b>${cause.name}</b>${cause.code === '' ? '' : ` (${cause.code})`}: `;
}

function detailsSection({ details }: ProblemDetails): Html {
  if (details === undefined) return nothing;
  return markup`<h2>Details</h2>
    ${card(markup`<pre class="text">${JSON.stringify(details, null, 2)}</pre>`)}`;
}

function stackSection(frames: readonly Frame[], project: string | undefined): Html {
  if (frames.length === 0) return nothing;
  const item = (frame: Frame): Html =>
    markup`<li${new Html(frame.own ? ' class="own"' : '')}><code>${placeOf(frame, project)}</code></li>`;
  const own = frames.filter((frame) => frame.own);
  const foreign = frames.length - own.length;
  const summary = `All calls, including ${foreign} in Node and packages`;
  return markup`<h2>Call stack</h2>
    <div class="card">
      ${
        own.length > 0
          ? markup`<ol>
              ${own.map(item)}
            </ol>`
          : nothing
      }${
        foreign > 0
          ? markup`<details>
              <summary>${summary}</summary>
              <ol>
                ${frames.map(item)}
              </ol>
            </details>`
          : nothing
      }
    </div>`;
}

function figure(place: Frame, project: string | undefined): Html {
  const caption = markup`<figcaption class="place">
    <b>${shownFile(place, project)}:${place.line}:${place.column}</b>${
      place.call === '' ? '' : ` in ${place.call}`
    }
  </figcaption>`;
  const excerpt = readExcerpt(place, project, AROUND);
  return markup`<figure>
    ${caption}${excerpt ? markup`<pre>${excerpt.lines.map(sourceLine)}</pre>` : nothing}
  </figure>`;
}

function sourceLine({ number, text, at }: SourceLine): Html {
  if (at === undefined) return markup`<span><i>${number}</i>${text}\n</span>`;
  const token = /^(?:[\w$]+|.)/u.exec(text.slice(at))?.[0] ?? '';
  const rest = text.slice(at + token.length);
  return markup`<span class="here"><i>${number}</i>${text.slice(0, at)}<mark>${token}</mark>${rest}\n</span>`;
}

function card(content: Html, level = 0): Html {
  return markup`<div class="card in${Math.min(level, 3)}">${content}</div>`;
}
