import type { ProblemDetails } from '@blaizejs/errors';

/** The page that a browser gets for an error in development. Never used in production. */
export function errorPage(problem: ProblemDetails, error: Error): string {
  const details =
    problem.details === undefined ? '' : section('Details', JSON.stringify(problem.details, null, 2));
  const stacks =
    problem.status >= 500 ? chainOf(error).map((link) => section(link.name, link.stack ?? link.message)) : [];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${problem.status} ${escape(problem.title)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 3rem auto; padding: 0 1.5rem; }
  h1 { font-size: 1.1rem; font-weight: 600; opacity: .7; margin: 0; }
  p { font-size: 1.5rem; margin: .25rem 0 1.5rem; overflow-wrap: anywhere; }
  h2 { font-size: .9rem; margin: 1.5rem 0 .5rem; }
  pre { padding: 1rem; overflow: auto; border-radius: .5rem; background: color-mix(in srgb, currentColor 8%, transparent); }
  footer { margin-top: 2rem; font-size: .85rem; opacity: .7; }
</style>
</head>
<body>
<h1>${problem.status} ${escape(problem.title)}</h1>
<p>${escape(problem.detail)}</p>
${details}${stacks.join('')}
<footer>${escape(problem.code)} · ${escape(problem.correlationId)} · shown in development only</footer>
</body>
</html>
`;
}

function chainOf(error: Error): Error[] {
  const chain: Error[] = [];
  for (let link: unknown = error; link instanceof Error && !chain.includes(link); link = link.cause)
    chain.push(link);
  return chain;
}

function section(title: string, text: string): string {
  return `<h2>${escape(title)}</h2>\n<pre>${escape(text)}</pre>\n`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
