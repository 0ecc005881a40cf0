import path from 'node:path';

import type { Answers } from './answers.ts';
import { CreateError } from './create-error.ts';
import { runProgram } from './run-program.ts';
import type { World } from './world.ts';
import { writeTemplate } from './write-template.ts';

/**
 * Makes an app: its files, a git repository, its packages; and names the next command.
 *
 * @throws CreateError that says what is there
 */
export async function createApp(answers: Answers, world: World): Promise<void> {
  const { folder, template, packageManager, install } = answers;
  const pm = packageManager.name;
  const relative = path.relative(world.cwd, folder);
  const enter = relative === '' ? [] : [`cd ${quoted(relative)}`];

  // What comes while files are written must not cut that short: whoever runs next hears of it.
  const off = world.onSignal(() => undefined);
  try {
    writeTemplate(answers);
    await complete(answers, enter, world);
  } finally {
    off();
  }

  const next = [...enter, ...(install ? [] : [`${pm} install`]), `${pm} run dev`];
  world.print(`Made ${relative === '' ? 'an app here' : relative} from the template ${template}. Next:\n`);
  for (const line of next) world.print(`  ${line}`);
  world.print('\nand open https://localhost:3000');
}

/** What comes after the files. @throws CreateError that says how to go on */
async function complete(
  { folder, packageManager: { name, firstInstall }, install, git }: Answers,
  enter: readonly string[],
  world: World,
): Promise<void> {
  const left = [...(git ? ['git init'] : []), ...(install ? [`${name} install`] : [])];
  try {
    if (git) {
      await runProgram('git', ['init', '--quiet'], folder, world);
      left.shift();
    }
    if (install) {
      world.say(`Installing packages with ${name} …`);
      await runProgram(name, firstInstall, folder, world);
    }
  } catch (error) {
    const next = [...enter, ...left].map((line) => `\n  ${line}`).join('');
    const what = (error as Error).message;
    throw new CreateError(`${what} The files of the app are in ${folder}. Go on with${next}`, {
      cause: error,
    });
  }
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./\\@:-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}
