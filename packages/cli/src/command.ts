import { parseArgs } from 'node:util';

import type { ArgsDef, CommandDef, ParsedArgs } from 'citty';

import { UsageError } from './cli-error.ts';
import type { World } from './world.ts';

/** The exit code; undefined if the process keeps running. */
export type ExitCode = number | undefined;

/** A command, whatever its arguments. */
export type Command = CommandDef;

/** Creates a command. */
export function command<const A extends ArgsDef>(
  name: string,
  description: string,
  args: A,
  run: (args: ParsedArgs<A>, world: World) => Promise<ExitCode>,
): Command {
  const made: CommandDef<A> = {
    meta: { name, description },
    args,
    run: ({ args: parsed, data }) => run(parsed, data as World),
  };
  return made as unknown as Command;
}

/** Creates a command that consists of subcommands. */
export function group(
  name: string,
  description: string,
  subCommands: Readonly<Record<string, Command | (() => Promise<Command>)>>,
): Command {
  return { meta: { name, description }, subCommands };
}

/**
 * Refuses arguments that citty would silently accept: unknown options, options without a value, and surplus arguments.
 *
 * @throws UsageError
 */
export function checkArguments(given: readonly string[], known: ArgsDef): void {
  const options: Record<string, { type: 'boolean' | 'string' }> = {};
  for (const [name, { type }] of Object.entries(known)) {
    if (type !== 'positional') options[name] = { type: type === 'boolean' ? 'boolean' : 'string' };
  }
  const places = Object.values(known).filter(({ type }) => type === 'positional').length;
  let positionals;
  try {
    ({ positionals } = parseArgs({ args: [...given], options, allowPositionals: true }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(-[^']*)'/.exec(message)?.[1] : undefined;
    if (unknown === undefined) throw new UsageError(message);
    const names = Object.keys(options)
      .map((name) => `--${name}`)
      .join(', ');
    throw new UsageError(`There is no option ${unknown}. Options: ${names ? `${names}, ` : ''}--help.`);
  }
  const extra = positionals[places];
  if (extra !== undefined) {
    throw new UsageError(
      `Unexpected argument "${extra}": the command takes ${places === 0 ? 'no arguments' : `only ${places}`}.`,
    );
  }
}
