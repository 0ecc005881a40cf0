/**
 * Reads vitest's JSON report and prints `<passed> <failed>`; the names of skipped tests go to stderr, those of failed ones to
 * a file.
 */
import { appendFileSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} Report
 * @property {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }[]} testResults
 */

/**
 * Counts tests. A file that could not be loaded counts as one failed test.
 *
 * @param {Report} report
 */
export function count({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const having = (/** @type {string} */ status) => tests.filter((test) => test.status === status);
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const passed = having('passed').length;
  const failed = [...having('failed').map(({ fullName }) => fullName), ...broken.map(({ name }) => name)];
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  return { passed, failed, skipped: skipped.map(({ fullName }) => fullName) };
}

if (process.argv[1] === import.meta.filename) {
  const [report = '', failures = ''] = process.argv.slice(2);
  const { passed, failed, skipped } = count(JSON.parse(readFileSync(report, 'utf8')));
  for (const name of skipped) console.error(`skipped: ${name}`);
  appendFileSync(failures, failed.map((name) => `${name.replaceAll('\n', ' ')}\n`).join(''));
  console.log(`${passed} ${failed.length}`);
}
