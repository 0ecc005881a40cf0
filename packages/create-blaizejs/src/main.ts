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
 * @param args without the name of the program
 * @returns the exit code: 0, 1 if it failed or was stopped, 2 if the command line is wrong
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
    // An unexpected error may be a bug in this program, so its stack is shown.
    const text = misused || error instanceof CreateError ? error.message : inspect(error);
    world.say(`create-blaizejs: ${stripVTControlCharacters(text)}`);
    if (misused) world.say('For help: npm create blaizejs -- --help');
    return misused ? 2 : 1;
  }
}
