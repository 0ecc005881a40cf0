import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { useContext } from '@blaizejs/context';
import { checkOptions, flag, is, isInteger, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import type { BodyReader } from '@blaizejs/types';

import { boundaryOf } from './boundary.ts';
import { Collected } from './byte-queue.ts';
import { decodeValue } from './field-value.ts';
import { limitShape, type MultipartLimits } from './limits.ts';
import { type ParsedPart, PartParser } from './part-parser.ts';
import { assertType, HEAD_SIZE } from './sniff.ts';
import { removeLeftovers, TempFolder } from './temp-folder.ts';
import { memoryFile, type Target, Uploads } from './uploads.ts';

/** The options of {@link multipart}. */
export interface MultipartOptions extends MultipartLimits {
  /** Bytes of a file that stay in memory; a larger file goes to disk. Default: 262 144. */
  readonly memoryLimit?: number | undefined;
  /** The folder for larger files, until their request is over. It must exist. Default: the system's, `os.tmpdir()`. */
  readonly tempDir?: string | undefined;
  /**
   * Whether to compare the first bytes of each file with its type and its extension, and to refuse it with 415 if they
   * differ: a `.png` that is HTML. A type without a signature, such as text, must not have that of another type. Default: false.
   */
  readonly sniff?: boolean | undefined;
}

const bytes = is<number>('a whole number of bytes', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER));

const check = shapeOf(
  {
    ...limitShape,
    memoryLimit: orElse(bytes, 262_144),
    tempDir: orElse(is<string>('the path of a folder that exists and can be written', isWritableFolder), ''),
    sniff: orElse(flag, false),
  },
  'an object of options, such as { fileSize: 5_000_000 }',
);

function isWritableFolder(path: unknown): boolean {
  if (typeof path !== 'string') return false;
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

type Settings = ReturnType<typeof read>;
type Value = string | File;
type Form = Record<string, Value | Value[]>;

const read = (options: MultipartOptions) => checkOptions(check, options, 'multipart()');

/**
 * Makes a reader for forms with files. `schema.body` then gets an object of strings and `File`s; a repeated name is a list.
 *
 * ```ts
 * createServer({ bodyReaders: { 'multipart/form-data': multipart({ fileSize: 5_000_000 }) } });
 * ```
 *
 * Files above `memoryLimit` are on disk until the request is over, and are read from there when you read them. To keep
 * one, use `moveFile()`. An optional file that was not chosen is not in the object.
 *
 * A request that it can't read is refused while it arrives: 400 `ERR_BLAIZE_MULTIPART_MALFORMED`, 413
 * `ERR_BLAIZE_MULTIPART_LIMIT`, 415 `ERR_BLAIZE_MULTIPART_TYPE`.
 *
 * @throws ConfigurationError if an option is not valid, or `tempDir` is not a folder that can be written
 */
export function multipart(options: MultipartOptions = {}): BodyReader {
  const settings = read(options);
  const parent = settings.tempDir || tmpdir();
  const folder = new TempFolder(parent);
  void removeLeftovers(parent);
  return async ({ stream, headers }) => {
    const boundary = boundaryOf(headers.get('content-type'));
    const parser = new PartParser(stream, boundary, settings);
    const uploads = new Uploads(folder, (listener) => void useContext().response.onFinish(listener));
    try {
      const form = await readForm(parser, uploads, settings);
      await uploads.complete();
      return form;
    } catch (error) {
      await uploads.remove();
      throw error;
    } finally {
      await parser.close();
    }
  };
}

async function readForm(parser: PartParser, uploads: Uploads, settings: Settings): Promise<Form> {
  // A field may be named like a property of objects, such as `toString`.
  const form = Object.create(null) as Form;
  for (let part = await parser.next(); part; part = await parser.next()) {
    const value =
      part.originalName === undefined
        ? await readField(parser, part)
        : await readFile(parser, part, part.originalName, uploads, settings);
    if (value === undefined) continue;
    const before = form[part.name];
    if (before === undefined) form[part.name] = value;
    else if (Array.isArray(before)) before.push(value);
    else form[part.name] = [before, value];
  }
  return form;
}

async function readField(parser: PartParser, part: ParsedPart): Promise<string> {
  const collected = new Collected();
  for await (const chunk of parser.content(part)) collected.add(chunk);
  return decodeValue(part, collected.bytes);
}

/** @returns undefined if no file was chosen */
async function readFile(
  parser: PartParser,
  part: ParsedPart,
  original: string,
  uploads: Uploads,
  { memoryLimit, sniff }: Settings,
): Promise<File | undefined> {
  const head = new Collected();
  let target: Target | undefined;
  let checked = !sniff;
  for await (const chunk of parser.content(part)) {
    if (!target) head.add(chunk);
    if (!checked && head.size >= HEAD_SIZE) {
      await assertType(part, head.bytes);
      checked = true;
    }
    if (target) await target.handle.appendFile(chunk);
    else if (head.size > memoryLimit && checked) {
      target = await uploads.create();
      await target.handle.appendFile(head.bytes);
    }
  }
  if (original === '' && head.size === 0) return undefined;
  if (!checked) await assertType(part, head.bytes);
  return target ? uploads.finish(target, original, part.type) : memoryFile(head.bytes, original, part.type);
}
