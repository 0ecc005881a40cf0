/**
 * Runs examples one after the other in a process of their own: a start for each would take a second. Gets files, and
 * tells for each what it printed, or why it failed.
 */
import { format } from 'node:util';

/** @type {string[]} */
let printed = [];
console.log = (...values) => void printed.push(format(...values));

for (const file of process.argv.slice(2)) {
  printed = [];
  const late = setTimeout(() => {
    process.send?.({ file, failed: 'It had not ended after 10 seconds.' });
    process.exit(1);
  }, 10_000);
  try {
    await import(file);
    process.send?.({ file, printed: printed.map((line) => `${line}\n`).join('') });
  } catch (error) {
    process.send?.({ file, failed: error instanceof Error ? error.stack : String(error) });
  }
  clearTimeout(late);
}
// Ends by itself now, unless an example has left something open.
process.disconnect?.();
