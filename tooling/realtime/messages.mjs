// The last character of each message, and in nothing else that a server sends: clients count it.
const MARK = '!';

/** As a byte. */
export const END = MARK.charCodeAt(0);

/** A message of so many bytes. No length of a frame may be the mark. @param {number} length */
export function messageOf(length) {
  return `${'x'.repeat(length - 1)}${MARK}`;
}
