import path from 'node:path';

import type { Answers } from './answers.ts';
import { CreateError } from './create-error.ts';
import { runProgram } from './run-program.ts';
import type { World } from './world.ts';
import { writeTemplate } from './write-template.ts';

/**
 * Creates an app: its files, a git repository, its packages. Prints the next commands.
 *
 * @throws CreateError that says what has been created so far
 */
export async function createApp(answers: Answers, world: World): Promise<void> {
  const { folder, template, packageManager, install } = answers;
  const pm = packageManager.name;
  const relative = path.relative(world.cwd, folder);
  const enter = relative === '' ? [] : [`cd ${quoted(relative)}`];

  // A signal must not stop this half-way through the files. The programs that run afterwards get it.
  const off = world.onSignal(() => undefined);
  try {
    writeTemplate(answers);
    await complete(answers, enter, world);
  } finally {
    off();
  }

  const next = [...enter, ...(install ? [] : [`${pm} install`]), `${pm} run dev`];
  world.print(`Created ${relative === '' ? 'an app here' : relative} from the template ${template}. Next:\n`);
  for (const line of next) world.print(`  ${line}`);
  world.print('\nThen open https://localhost:3000');
}

/** Everything after the files. @throws CreateError that says how to continue */
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
    throw new CreateError(`${what} The files of the app are in ${folder}. Continue with${next}`, {
      cause: error,
    });
  }
}

/** Quoted, if a shell would need it. */
function quoted(text: string): string {
  return /^[\w./\\@:-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}
