import { lstatSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '@blaizejs/errors';
import { toError } from '@blaizejs/errors/internal';

/** Makes a folder for this user alone, if there is none. @throws ConfigurationError if it cannot be trusted */
export function openFolder(directory: string): string {
  const path = resolve(directory);
  const refuse = (expected: string): never => {
    throw new ConfigurationError([{ path: 'directory', received: path, expected }], 'diskStore()');
  };
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return refuse(`the path of a folder that can be made (${toError(error).message})`);
  }
  // Without `bigint`, Node 20 and 22 would no longer follow links to modules after a pipe or socket (nodejs/node#51142).
  const found = lstatSync(path, { bigint: true });
  if (!found.isDirectory()) return refuse('the path of a folder, not of a link or file');
  // Windows has neither.
  const user = process.getuid?.();
  if (user === undefined) return path;
  if (found.uid !== BigInt(user)) return refuse('a folder of the user that runs this process');
  if ((found.mode & 0o022n) !== 0n) return refuse('a folder in which no other user may write: chmod 700');
  return path;
}
