/** The actions of a reader of a page: saving the files that it names, and pasting its commands into a terminal. */

/** @import { Block } from './markdown.mjs' */

/**
 * @typedef {{ line: number } & ( | { kind: 'write', file: string, text: string | undefined } | { kind: 'run', script:
 *   string, prints: string | undefined } | { kind: 'serve', command: string } | { kind: 'answer', command: string } | {
 *   kind: 'compile', command: string } | { kind: 'docker', command: string } )} Action In `line` of the page: write a file
 *   (without `text`: copy it from the sample app), run commands and compare their output, start a server, run a command that
 *   asks questions, compile, or do what Docker would.
 */

// Commands that run until the reader presses Ctrl+C.
const SERVES =
  /^(?:\w+=\S+ )*(?:npm run dev|npm (?:run )?start|npx blaize (?:dev|start)|npx tsx \S+|node (?:-\S+ )*\S*server\.[jt]s)$/;
const ASKS = /^npm create blaizejs \S+$/;
const COMPILES = /^npx tsc\b/;
const DOCKER = /^docker /;

/** Blocks with commands. @param {Block} block */
export function hasCommands({ language, file }) {
  return ['sh', 'bash', 'console'].includes(language) && file === undefined;
}

/**
 * The actions of a page, in order. A block of `text` after commands is their output, with `…` for any text.
 *
 * @param {readonly Block[]} blocks
 * @returns {Action[]}
 */
export function actionsOf(blocks) {
  return blocks.flatMap((block, index) => {
    const { line, file, marks, code, language } = block;
    if (marks.has('unchecked')) return [];
    if (file !== undefined) {
      return [
        { line, kind: /** @type {const} */ ('write'), file, text: marks.has('sample') ? undefined : code },
      ];
    }
    if (!hasCommands(block)) return [];
    if (language === 'console') return sessionOf(block);
    const next = blocks[index + 1];
    const prints = next?.language === 'text' && next.file === undefined ? next.code : undefined;
    return commandsOf(block, prints);
  });
}

/**
 * @param {Block} block
 * @param {string | undefined} prints
 * @returns {Action[]}
 */
function commandsOf({ line, code }, prints) {
  const commands = code.replaceAll('\\\n', '').trim().split('\n');
  /** @type {Action[]} */
  const actions = [];
  let script = '';
  const flush = () => {
    if (script !== '') actions.push({ line, kind: 'run', script, prints: undefined });
    script = '';
  };
  for (const command of commands) {
    const [bare = '', comment] = command.split(/\s+# /);
    const kind = SERVES.test(bare)
      ? 'serve'
      : ASKS.test(bare)
        ? 'answer'
        : COMPILES.test(bare)
          ? 'compile'
          : DOCKER.test(bare)
            ? 'docker'
            : 'run';
    if (kind === 'run') {
      script += `${command}\n`;
      // The answer that a README shows after a request to a server.
      if (comment?.startsWith('{')) {
        actions.push({ line, kind, script, prints: comment });
        script = '';
      }
    } else {
      flush();
      actions.push({ line, kind, command: bare });
    }
  }
  flush();
  const [only] = actions;
  // The output of a server contains times and versions.
  if (actions.length === 1 && only?.kind === 'run') only.prints ??= prints;
  return actions;
}

/**
 * A session in a terminal: commands after `$`, each followed by its output.
 *
 * @param {Block} block
 * @returns {Action[]}
 */
function sessionOf({ line, code }) {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const end = step.indexOf('\n');
      return { line, kind: 'run', script: step.slice(0, end + 1), prints: step.slice(end + 1) };
    });
}

/** Turns the output that a page shows into a pattern. @param {string} text */
export function asPattern(text) {
  const escaped = text.trim().replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('…', '.*')}$`);
}
