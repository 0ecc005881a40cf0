/** An encoder of our own, which also writes what no client would. */
export interface PartOf {
  readonly name: string;
  readonly filename?: string | undefined;
  readonly type?: string | undefined;
  readonly content: Uint8Array | string;
}

export const BOUNDARY = 'x-Boundary_1';
export const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const inBrowsers = (name: string): string =>
  name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Encodes a form as browsers do (HTML, "multipart/form-data encoding algorithm"). */
export function encode(parts: readonly PartOf[], boundary = BOUNDARY): Buffer {
  const encoded = parts.flatMap(({ name, filename, type, content }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${inBrowsers(name)}"`,
    filename === undefined ? '' : `; filename="${inBrowsers(filename)}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...encoded, `--${boundary}--\r\n`].map((each) => Buffer.from(each as Uint8Array)));
}

/** Text in which each character is a byte: `b` stands for the boundary, and each `|` for a line break. */
export function raw(text: string): Buffer {
  return Buffer.from(text.replaceAll('--b', `--${BOUNDARY}`).replaceAll('|', '\r\n'), 'latin1');
}

/** The chunks of a body. */

export async function* inChunks(body: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < body.length; i += 1) {
    const size = sizes[i % sizes.length] ?? body.length;
    yield body.subarray(at, at + size);
    at += size;
  }
}
