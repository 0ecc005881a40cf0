/** The share of lines, in percent, that the tests of every package with runtime code must reach. */
export const REQUIRED = 90;

/**
 * @typedef {Record<string, { lines: { total: number, covered: number } }>} Summary istanbul's coverage-summary
 * @typedef {{ package: string, lines: number, covered: number, percent: number, enough: boolean }} Row
 */

/**
 * Adds up the lines of each package. Packages without a line that runs (types, re-exports) have no row.
 *
 * @param {Summary} summary
 * @returns {Row[]}
 */
export function perPackage(summary) {
  /** @type {Map<string, { lines: number, covered: number }>} */
  const sums = new Map();
  for (const [file, { lines }] of Object.entries(summary)) {
    const name = /\/(?:packages|apps)\/([^/]+)\/src\//.exec(file.replaceAll('\\', '/'))?.[1];
    if (name === undefined || lines.total === 0) continue;
    const sum = sums.get(name) ?? { lines: 0, covered: 0 };
    sums.set(name, { lines: sum.lines + lines.total, covered: sum.covered + lines.covered });
  }
  return [...sums]
    .map(([name, { lines, covered }]) => {
      const percent = (100 * covered) / lines;
      return { package: name, lines, covered, percent, enough: percent >= REQUIRED };
    })
    .sort((a, b) => a.package.localeCompare(b.package));
}

/**
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function table(rows) {
  if (rows.length === 0) return 'Coverage: no runtime code was measured.';
  const width = Math.max(...rows.map((row) => row.package.length));
  const lines = rows.map((row) => {
    const share = `${row.percent.toFixed(1)} %`.padStart(8);
    const verdict = row.enough ? '' : `  below ${REQUIRED} %`;
    return `  ${row.package.padEnd(width)} ${share}  ${row.covered}/${row.lines} lines${verdict}`;
  });
  return ['Line coverage per package', ...lines].join('\n');
}
