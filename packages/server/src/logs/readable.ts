import { visible } from '../development/visible.ts';

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: unknown;
  readonly err?: { readonly message?: unknown; readonly stack?: unknown };
}

const NAMES: Record<number, string> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/**
 * `12:00:01 INFO  Server running on https://localhost:3000`, with the other fields and the stack below.
 *
 * Values may contain input from clients: control characters are written out, as terminals obey them, and nothing but the line
 * itself begins with a time.
 */
export function readable(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Line & Record<string, unknown>;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const rest = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  const message = msg === undefined ? '' : asText(msg);
  const stack = asText(err?.stack ?? err?.message ?? '');
  // The line's message is often the error's own, which the stack repeats after the error's name.
  const name = /^[\w$.]+: /.exec(stack)?.[0] ?? '';
  const text = [stack.startsWith(message, name.length) ? '' : message, rest].filter(Boolean).join(' ');
  const head = `${clock} ${(NAMES[level] ?? String(level)).padEnd(5)} ${shown(text).replaceAll('\n', String.raw`\n`)}`;
  return `${head}${err && text !== '' ? '\n' : ''}${below(stack)}\n`;
}

/** The lines of a stack. Those of its message must not look like lines of the log. */
function below(stack: string): string {
  return shown(stack)
    .split('\n')
    .map((line, index) => (/^\s|^$/.test(line) || (index === 0 && !/^\d/.test(line)) ? line : `    ${line}`))
    .join('\n');
}

function shown(text: string): string {
  return visible(text, Infinity);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
