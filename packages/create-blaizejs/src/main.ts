import { inspect, stripVTControlCharacters } from 'node:util';

import { completeAnswers } from './answers.ts';
import { CreateError, UsageError } from './create-error.ts';
import { createApp } from './create-app.ts';
import { ownManifest } from './own-manifest.ts';
import { readOptions, USAGE } from './options.ts';
import type { World } from './world.ts';

/**
 * Runs the command `create-blaizejs`, which is what `npm create blaizejs` runs.
 *
 * @param args what stands after the name of the program
 * @returns the exit code: 0, 1 where it failed or was stopped, 2 where it was not understood
 */
export async function main(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) world.print(USAGE);
    else if (options.version) world.print(ownManifest().version);
    else await createApp(await completeAnswers(options, world), world);
    return 0;
  } catch (error) {
    const misused = error instanceof UsageError;
    // Whatever is not expected may be a fault of the program: where it came from is told, too.
    const text = misused || error instanceof CreateError ? error.message : inspect(error);
    world.say(`create-blaizejs: ${stripVTControlCharacters(text)}`);
    if (misused) world.say('See npm create blaizejs -- --help.');
    return misused ? 2 : 1;
  }
}
