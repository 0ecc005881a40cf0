import type { RequestContext } from '@blaizejs/context/internal';
import type { ProblemDetails } from '@blaizejs/errors';
import { isError } from '@blaizejs/errors/internal';

import type { StartReport } from '../start-report.ts';
import { prefersHtml } from './accept.ts';
import { banner } from './banner.ts';
import { errorPage, PAGE_HEADERS } from './error-page.ts';
import { findProject } from './project.ts';
import { terminalError } from './terminal.ts';

export { reloadNotice } from './reload-notice.ts';
export { visible } from './visible.ts';

/** A page, and the header fields that go with it. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The page for an error; undefined if the client doesn't accept HTML, or if creating the page fails. Never throws. */
export function pageFor(ctx: RequestContext, problem: ProblemDetails, error: Error): Page | undefined {
  try {
    if (!prefersHtml(ctx.request.header('accept'))) return undefined;
    const html = errorPage({ ctx, problem, error, project: getProject() });
    const vary = [ctx.response.fields['vary'] ?? [], 'accept'].flat().join(', ');
    return { html, headers: { ...PAGE_HEADERS, vary } };
  } catch {
    return undefined;
  }
}

/** The text that a terminal shows for an error; undefined if it is not an error, or if formatting fails. Never throws. */
export function textFor(error: unknown): string | undefined {
  try {
    if (!isError(error)) return undefined;
    return terminalError(error, getProject(), hasColors());
  } catch {
    return undefined;
  }
}

/** Prints to the terminal that the server is up. */
export function announce(report: StartReport): void {
  process.stdout.write(banner(report, hasColors()));
}

// Respects NO_COLOR and TERM=dumb. The method exists only if the output is a terminal.
function hasColors(): boolean {
  return process.stdout.isTTY && process.stdout.hasColors();
}

let project: { readonly folder: string | undefined } | undefined;

function getProject(): string | undefined {
  project ??= { folder: lookForProject() };
  return project.folder;
}

function lookForProject(): string | undefined {
  try {
    return findProject(process.cwd());
  } catch {
    // The working directory is gone.
    return undefined;
  }
}
