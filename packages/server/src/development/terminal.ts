import { paint } from './paint.ts';
import { readChain, type ShownError } from './shown-error.ts';
import { readExcerpt } from './source.ts';
import { type Frame, placeOf } from './stack-frames.ts';
import { oneLine, visible } from './visible.ts';

const AROUND = 2;
// Calls that are shown where none of them is the app's own.
const FOREIGN_CALLS = 3;

/** An error for a terminal: what it says, one place of the app with the lines around it, its causes a line each. */
export function terminalError(error: unknown, project: string | undefined, colors: boolean): string {
  const { errors, more } = readChain(error, project);
  const [first, ...behind] = errors;
  const place = first.frames.find((frame) => frame.own);
  const calls = place ? [place] : first.frames.slice(0, FOREIGN_CALLS);
  const lines = [
    titleOf(first),
    ...calls.map((frame) => `    at ${placeLine(frame, project)}`),
    ...(place ? frameLines(place, project, colors) : []),
    ...behind.map((cause) => causeLine(cause, project)),
    ...(more ? ['  … and more'] : []),
  ];
  return lines.join('\n');
}

function titleOf({ name, message, code }: ShownError): string {
  return `${name === '' ? 'Thrown' : name}: ${message}${code === '' ? '' : ` (${code})`}`;
}

function placeLine(frame: Frame, project: string | undefined): string {
  return oneLine(placeOf(frame, project), 300);
}

function frameLines(place: Frame, project: string | undefined, colors: boolean): string[] {
  const excerpt = readExcerpt(place, project, AROUND);
  if (!excerpt) return [];
  const width = String(excerpt.lines.at(-1)?.number).length;
  return excerpt.lines.flatMap(({ number, text, at }) => {
    const line = ` ${String(number).padStart(width)} | ${visible(text)}`;
    if (at === undefined) return [`   ${line}`.trimEnd()];
    // Tabs stay, for the mark to be below its place.
    const mark = `   ${' '.repeat(width)}  | ${visible(text.slice(0, at)).replaceAll(/[^\t]/g, ' ')}^`;
    return [paint('red', `  >${line}`, colors), paint('red', mark, colors)];
  });
}

function causeLine(cause: ShownError, project: string | undefined): string {
  const place = cause.frames.find((frame) => frame.own);
  const where = place ? ` at ${placeLine(place, project)}` : '';
  const what = oneLine(cause.name === '' ? cause.message : titleOf(cause), 300);
  return `${'  '.repeat(cause.level + 1)}${cause.relation.toLowerCase()} ${what}${where}`;
}
