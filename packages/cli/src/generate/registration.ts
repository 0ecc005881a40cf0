import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { posix } from '../posix.ts';
import { shown, tryEntry } from '../project.ts';

/**
 * Explains how to register a generated middleware or plugin.
 *
 * @param option the option of `createServer()` for it
 * @param name the export of the file
 */
export function registration(
  option: 'middleware' | 'plugins',
  name: string,
  file: string,
  cwd: string,
): string {
  const place = placeOf(option, cwd);
  const from = place === undefined ? shown(file, cwd) : posix(path.relative(path.dirname(place), file));
  const specifier = from.startsWith('.') || path.isAbsolute(from) ? from : `./${from}`;
  const where = place === undefined ? 'where the server is created' : `in ${shown(place, cwd)}`;
  const alone =
    option === 'middleware' ? ` For one route only: createGetRoute({ middleware: [${name}], … }).` : '';
  return `Register it ${where}: import { ${name} } from '${specifier}', and createServer({ ${option}: [${name}], … }).${alone}`;
}

/** The file with the server's options: one that already has this option, otherwise the server file. */
function placeOf(option: string, cwd: string): string | undefined {
  const entry = tryEntry(cwd);
  if (entry === undefined) return undefined;
  const beside = path.join(path.dirname(entry), `app${path.extname(entry)}`);
  const has = (file: string): boolean =>
    existsSync(file) && new RegExp(`\\b(?:${option}|routesDir)\\s*:`).test(readFileSync(file, 'utf8'));
  return [entry, beside].find(has) ?? entry;
}
