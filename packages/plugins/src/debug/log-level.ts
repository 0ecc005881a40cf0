import type { Logger, PluginTarget } from '@blaizejs/types';

import { Refusal } from './answer.ts';

/** A server that can change the level of its log while it runs. */
interface LeveledServer {
  readonly log: Logger;
  readonly logLevel?: string | undefined;
  setLogLevel?(level: string): void;
}

/** A logger that can, such as pino's. */
interface LeveledLogger {
  level?: unknown;
  readonly levels?: { readonly values?: Readonly<Record<string, number>> };
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** @throws Refusal if the level cannot be changed */
export function readLevel(server: PluginTarget): object {
  return { level: levelOf(server), levels: levelsOf(server) };
}

/** @throws Refusal if the level cannot be changed, or to this one */
export function writeLevel(server: PluginTarget, level: string | null): object {
  const target = server as LeveledServer;
  levelOf(target);
  const levels = levelsOf(target);
  if (level === null || !levels.includes(level)) {
    throw new Refusal(400, `Expected a level, as in ?level=debug: ${levels.join(', ')}.`);
  }
  if (target.setLogLevel && target.logLevel !== undefined) target.setLogLevel(level);
  else (target.log as LeveledLogger).level = level;
  return { level: levelOf(target) };
}

function levelOf({ log, logLevel }: LeveledServer): string {
  const level = logLevel ?? (log as LeveledLogger).level;
  if (typeof level !== 'string') {
    throw new Refusal(501, 'The level of this logger cannot be changed. That of a pino logger can.');
  }
  return level;
}

function levelsOf({ log }: LeveledServer): readonly string[] {
  const values = (log as LeveledLogger).levels?.values;
  return values ? [...Object.keys(values), 'silent'] : LEVELS;
}
