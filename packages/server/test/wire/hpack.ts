/** A header field: name and value, as they go over the wire; characters are bytes. */
export type Field = readonly [name: string, value: string];

/** Encodes each field as a literal that no table gets to know (RFC 7541 section 6.2.2). */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([integer(bytes.length, 7, 0), bytes]);
}

/** An integer behind `flags`, in a prefix of some bits and what follows (RFC 7541 section 5.1). */
export function integer(value: number, bits: number, flags: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(flags | value);
  const bytes = [flags | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.of(...bytes, rest);
}

// What the static table has for :status (RFC 7541 appendix A).
const INDEXED_STATUS = new Map([
  [8, 200],
  [9, 204],
  [10, 206],
  [11, 304],
  [12, 400],
  [13, 404],
  [14, 500],
]);

/** The :status of a header block, which begins with it unless an update of the table's size comes before. */
export function statusOf(block: Buffer): number {
  let at = 0;
  while ((block.readUInt8(at) & 0xe0) === 0x20) at = skipInteger(block, at, 5);
  const first = block.readUInt8(at);
  if (first & 0x80) return INDEXED_STATUS.get(first & 0x7f) ?? Number.NaN;
  // A literal whose name is an index; either kind has room enough in its prefix for those of :status.
  const length = block.readUInt8(at + 1);
  const value = block.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length & 0x80 ? huffmanDigits(value) : value.toString('latin1'));
}

function skipInteger(block: Buffer, start: number, bits: number): number {
  const most = 2 ** bits - 1;
  let at = start;
  if ((block.readUInt8(at++) & most) < most) return at;
  while (block.readUInt8(at++) & 0x80);
  return at;
}

// Of the codes of RFC 7541 appendix B those of digits: 0, 1 and 2 have five bits, the others six from 0x19 on.
function huffmanDigits(bytes: Buffer): string {
  let bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  while (bits.length >= 5) {
    const five = Number.parseInt(bits.slice(0, 5), 2);
    const six = Number.parseInt(bits.slice(0, 6), 2) - 0x19;
    if (five > 2 && !(six >= 0 && six <= 6)) break;
    digits += String(five > 2 ? six + 3 : five);
    bits = bits.slice(five > 2 ? 6 : 5);
  }
  return digits;
}
