const REPOSITORY = 'https://github.com/jleajones/blaize/blob/main';

const MISSING = `No results are recorded in this copy of the repository. \`pnpm bench\` makes them, and writes them to
\`tooling/benchmark/RESULTS.md\`; they stand here from the next build of this site on.
`;

/**
 * What the performance page shows of the benchmark.
 *
 * @param results the text of `tooling/benchmark/RESULTS.md`; undefined where it is not there
 */
export function benchmarkSection(results: string | undefined): string {
  if (results === undefined) return MISSING;
  return (
    results
      // The page has a title of its own, and its headings are one level above these.
      .replace(/^# .*\n+/, '')
      .replaceAll(/^(#{2,5}) /gm, '#$1 ')
      .replaceAll(/\]\((?!https?:|#)(?:\.\/)?([^)]+)\)/g, `](${REPOSITORY}/tooling/benchmark/$1)`)
  );
}
