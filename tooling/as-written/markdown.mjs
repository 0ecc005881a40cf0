/**
 * @typedef {object} Block A fenced block of a page.
 * @property {number} line of its opening fence, from 1
 * @property {string} language
 * @property {string | undefined} file its name: a caption (`ts [src/server.ts]`), or a comment in the first line
 * @property {ReadonlySet<string>} marks the other words after the fence
 * @property {string} code
 */

const FENCE = /^(`{3,})(\w*)[ \t]*(?:\[(.+)\])?([^\]]*)$/;
const NAMED = /^(?:\/\/|#) (\S+\.\w+)\n/;

/**
 * The fenced blocks of a page, in order.
 *
 * @param {string} text Markdown
 * @returns {Block[]}
 */
export function blocksOf(text) {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  /** @type {Block[]} */
  const blocks = [];
  for (let at = 0; at < lines.length; at++) {
    const [, fence, language = '', caption, rest = ''] = FENCE.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) {
      // Its end would be taken for the beginning of another block.
      if (lines[at]?.startsWith('```'))
        throw new Error(`In line ${at + 1}, the marks go after the [caption].`);
      continue;
    }
    const end = lines.indexOf(fence, at + 1);
    if (end === -1) throw new Error(`The block in line ${at + 1} has no end.`);
    const code = `${lines.slice(at + 1, end).join('\n')}\n`;
    blocks.push({
      line: at + 1,
      language,
      // A caption may also be a title, such as `npm`.
      file: caption?.includes('.') || caption === 'Dockerfile' ? caption : NAMED.exec(code)?.[1],
      marks: new Set(rest.split(/\s+/).filter(Boolean)),
      code,
    });
    at = end;
  }
  return blocks;
}
