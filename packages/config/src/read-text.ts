import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** The largest file that is read: 1 MiB. */
export const MAX_FILE = 1_048_576;

/** The text of a file, or why it can't be used; undefined if there is none. */
export type ReadText = { readonly text: string } | { readonly problem: string } | undefined;

/**
 * Reads a file of limited size. It's opened once, so it can't be replaced by something else between check and
 * reading.
 */
export function readText(file: string, max = MAX_FILE): ReadText {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write.
    descriptor = openSync(file, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { problem: cannot(error) };
  }
  try {
    if (!fstatSync(descriptor).isFile()) return { problem: 'it is not a file' };
    return decode(readUpTo(descriptor, max + 1), max);
  } catch (error) {
    return { problem: cannot(error) };
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes as text: UTF-8, without a byte order mark. */
export function decode(bytes: Uint8Array, max = MAX_FILE): { text: string } | { problem: string } {
  if (bytes.length > max) return { problem: `it is larger than ${max} bytes` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'it is not UTF-8' };
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) return { problem: `line ${lineAt(text, nul)} contains a NUL character` };
  return { text };
}

/** The number of the line, from 1, that holds a character. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

// The size that a file claims to have may be wrong: it may grow, and in /proc it is 0.
function readUpTo(descriptor: number, max: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(Math.min(max, fstatSync(descriptor).size + 65_536));
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
  return bytes;
}

function cannot(error: unknown): string {
  return `it cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
}
