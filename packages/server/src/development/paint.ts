import { inspect } from 'node:util';

/** Text in a style of `util.inspect.colors`; unchanged if `colors` is false. */
export function paint(style: 'bold' | 'dim' | 'red', text: string, colors: boolean): string {
  const [start, end] = inspect.colors[style] ?? [0, 0];
  return colors ? `\u001b[${start}m${text}\u001b[${end}m` : text;
}
