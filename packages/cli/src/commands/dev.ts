import { askWhether } from '../ask.ts';
import { UsageError } from '../cli-error.ts';
import { command } from '../command.ts';
import { Supervisor } from '../dev/supervisor.ts';
import { findEntry, WHERE } from '../project.ts';
import { runnerFor } from '../typescript.ts';
import type { World } from '../world.ts';

// IPv4, because not every machine has IPv6.
const EVERY_ADDRESS = '0.0.0.0';

export const dev = command(
  'blaize dev',
  'Runs a TypeScript or JavaScript server, and restarts it when code changes that hot reload does not cover',
  {
    entry: WHERE.entry,
    port: {
      type: 'string',
      description: 'Sets process.env.PORT for the server; auto uses the next free port if the port is taken',
      valueHint: 'number|auto',
    },
    host: {
      type: 'boolean',
      description: 'Opens the server to the network by setting process.env.HOST to 0.0.0.0',
    },
    inspect: { type: 'boolean', description: "Opens Node's inspector in the server" },
  },
  async ({ entry, port, host, inspect }, world) => {
    const file = findEntry(world.cwd, entry);
    const { nodeArgs } = runnerFor(file);
    const supervisor = new Supervisor(
      {
        entry: file,
        nodeArgs: inspect ? ['--inspect', ...nodeArgs] : nodeArgs,
        host: host ? EVERY_ADDRESS : undefined,
        port: port === 'auto' ? undefined : toPort(port),
        mayTake: (next, problem) => mayTake(next, problem, port === 'auto', world),
      },
      world,
    );
    return supervisor.run();
  },
);

async function mayTake(next: number, problem: string, always: boolean, world: World): Promise<boolean> {
  if (always) world.say(`${problem} The server uses port ${next} instead.`);
  if (always || !world.terminal) return always;
  world.say(problem);
  return askWhether(`Use port ${next} instead?`);
}

/** @throws UsageError if it is not a port */
export function toPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port ${text}: a port is a whole number from 0 to 65535, or auto.`);
}
