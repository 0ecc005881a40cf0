import { paint } from './paint.ts';
import { type ErrorChain, readChain, type ShownError } from './shown-error.ts';
import { readExcerpt } from './source.ts';
import { type Frame, placeOf } from './stack-frames.ts';
import { oneLine, visible } from './visible.ts';

const AROUND = 2;
// How many calls to show if none of them is the app's own.
const FOREIGN_CALLS = 3;

/** An error for a terminal: its message, one place in the app with the lines around it, and one line per cause. */
export function terminalError(error: unknown, project: string | undefined, colors: boolean): string {
  const { errors, more } = readChain(error, project);
  const first = errors[0];
  const behind = errors.slice(isMadeOfCause(first) ? 2 : 1).filter((cause) => !repeats(cause, first));
  const place = placeOfApp(errors);
  // The place at which the framework refused something doesn't help the user.
  const foreign = first.code.startsWith('ERR_BLAIZE_') ? [] : first.frames.slice(0, FOREIGN_CALLS);
  const calls = place ? [place] : foreign;
  const lines = [
    titleOf(first),
    ...calls.map((frame) => `    at ${placeLine(frame, project)}`),
    ...(place ? frameLines(place, project, colors) : []),
    ...behind.map((cause) => causeLine(cause, project)),
    ...(more ? ['  … and more'] : []),
  ];
  return lines.join('\n');
}

/**
 * The place in the app to show. For an error of the framework, that is the place of its innermost cause or, without one, the
 * app's call of the framework.
 */
function placeOfApp([first, ...behind]: ErrorChain['errors']): Frame | undefined {
  const chain = first.code.startsWith('ERR_BLAIZE_')
    ? [...behind.filter(({ level }) => level === 0).reverse(), first]
    : [first];
  return chain.flatMap(({ frames }) => frames.find((frame) => frame.own) ?? [])[0];
}

/** Whether an error's message includes that of its cause. */
function repeats({ relation, message }: ShownError, first: ShownError): boolean {
  return relation === 'Caused by' && message !== '' && first.message.includes(message);
}

/** The error of a route file that did not load contains its cause, with shortened paths. */
function isMadeOfCause({ code }: ShownError): boolean {
  return code === 'ERR_BLAIZE_ROUTE_LOAD';
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
    // Keeps tabs, so that the mark is below its place.
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
