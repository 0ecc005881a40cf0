import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';

import { type ArgsDef, renderUsage, runCommand } from 'citty';

import { UsageError } from './cli-error.ts';
import { checkArguments, type Command, type ExitCode, group } from './command.ts';
import { describeError } from './describe-error.ts';
import type { World } from './world.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

// Each command is loaded only when it runs, or for help.
const blaize = group('blaize', 'Develops, builds, starts and inspects BlaizeJS servers', {
  dev: async () => (await import('./commands/dev.ts')).dev,
  build: async () => (await import('./commands/build.ts')).build,
  start: async () => (await import('./commands/start.ts')).start,
  reload: async () => (await import('./commands/reload.ts')).reload,
  types: async () => (await import('./commands/types.ts')).types,
  routes: async () => (await import('./commands/routes.ts')).routes,
  openapi: async () => (await import('./commands/openapi.ts')).openapi,
  generate: async () => (await import('./commands/generate.ts')).generate,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  cert: async () => (await import('./commands/cert.ts')).cert,
});

/**
 * Runs the `blaize` command.
 *
 * @param args the arguments after the name of the program
 * @returns the exit code: 0, 1 if the command failed, 2 if its arguments are wrong; undefined if the process is now a server
 */
export async function main(args: readonly string[], world: World): Promise<ExitCode> {
  // `blaize help dev` is `blaize dev --help`.
  let [command, rest] = [blaize, args[0] === 'help' ? [...args.slice(1), '--help'] : args];
  try {
    for (;;) {
      const next = await subCommand(command, rest[0]);
      if (!next) break;
      [command, rest] = [next, rest.slice(1)];
    }
    const options = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : undefined);
    if (options.includes('--help') || options.includes('-h')) {
      world.print(await usage(command, world));
      return 0;
    }
    if (command === blaize && options.some((option) => option === '--version' || option === '-v')) {
      world.print(version);
      return 0;
    }
    checkArguments(rest, (command.args ?? {}) as ArgsDef);
    if (command.subCommands) {
      world.say(await usage(command, world));
      return 2;
    }
    const { result } = await runCommand(command, { rawArgs: [...rest], data: world });
    return result as ExitCode;
  } catch (error) {
    const misused = error instanceof UsageError || (error as Error).name === 'CLIError';
    const text = misused ? (error as Error).message : describeError(error, world.cwd);
    world.say(`${nameOf(command)}: ${stripVTControlCharacters(text)}`);
    if (misused) world.say(`See ${nameOf(command)} --help.`);
    return misused ? 2 : 1;
  }
}

/**
 * The command of a group that an argument names; undefined if it is not a name. @throws UsageError if there is no such
 * command
 */
async function subCommand(above: Command, name: string | undefined): Promise<Command | undefined> {
  const commands = above.subCommands as Record<string, Command | (() => Promise<Command>)> | undefined;
  if (!commands || name === undefined || name.startsWith('-')) return undefined;
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found) return typeof found === 'function' ? found() : found;
  const names = Object.keys(commands).join(', ');
  throw new UsageError(`There is no command "${name}". Commands: ${names}.`);
}

function nameOf({ meta }: Command): string {
  return (meta as { name: string }).name;
}

async function usage(command: Command, { terminal }: World): Promise<string> {
  const text = await renderUsage(command);
  return terminal ? text : stripVTControlCharacters(text);
}
