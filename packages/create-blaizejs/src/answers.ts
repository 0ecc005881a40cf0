import path from 'node:path';

import { askFor, askWhether, askWhich } from './ask.ts';
import { CreateError, UsageError } from './create-error.ts';
import { problemOfFolder } from './folder.ts';
import { gitState } from './git.ts';
import type { Options } from './options.ts';
import { type PackageManager, packageManagerFor } from './package-manager.ts';
import { nameLike, problemOfName } from './package-name.ts';
import { type Template, TEMPLATES } from './templates.ts';
import type { World } from './world.ts';

/** All that has to be known to make an app. */
export interface Answers {
  /** Absolute. */
  readonly folder: string;
  /** Of its package. */
  readonly name: string;
  readonly template: Template;
  readonly packageManager: PackageManager;
  readonly install: boolean;
  readonly git: boolean;
}

const FOLDER = 'blaize-app';

/**
 * Completes what the command line says: by questions where somebody is there, else by defaults where `--yes` wants them.
 *
 * @throws UsageError where something is missing and nobody can be asked, CreateError where the folder is not empty
 */
export async function completeAnswers(options: Options, world: World): Promise<Answers> {
  const { cwd, env, terminal } = world;
  if (!terminal && !options.yes) refuseMissing(options);
  const asks = terminal && !options.yes;
  const at = (folder: string): string => path.resolve(cwd, folder);

  const folder = at(
    options.folder ??
      (asks ? await askFor('In which folder?', FOLDER, (answer) => problemOfFolder(at(answer))) : FOLDER),
  );
  const problem = problemOfFolder(folder);
  if (problem !== undefined) throw new CreateError(`${problem}. An app needs a folder that is new or empty.`);

  const name = options.name ?? path.basename(folder);
  return {
    folder,
    name: problemOfName(name) === undefined ? name : await otherName(name, options, asks),
    template: options.template ?? (asks ? await askWhich('Which template?', TEMPLATES) : 'minimal'),
    packageManager: packageManagerFor(env.npm_config_user_agent, options.packageManager),
    install: options.install ?? (asks ? await askWhether('Install its packages?', true) : true),
    git: await wantsGit(folder, options, world, asks),
  };
}

/** @throws UsageError that names all that is missing */
function refuseMissing({ folder, template, install, git }: Options): void {
  const missing = [
    ...(folder === undefined ? ['a folder'] : []),
    ...(template === undefined ? [`--template ${Object.keys(TEMPLATES).join('|')}`] : []),
    ...(install === undefined ? ['--install or --no-install'] : []),
    ...(git === undefined ? ['--git or --no-git'] : []),
  ];
  if (missing.length === 0) return;
  throw new UsageError(
    `Without a terminal nobody can be asked. Give ${missing.join(', ')}; or take the defaults with --yes.`,
  );
}

/** A name instead of one that npm does not take. @throws UsageError */
async function otherName(refused: string, { name, yes }: Options, asks: boolean): Promise<string> {
  const like = nameLike(refused);
  if (asks) return askFor('What is the name of its package?', like, problemOfName);
  // A folder may have any name; who gives a name for the package wants that one.
  if (yes && name === undefined) return like;
  throw new UsageError(
    `"${refused}" can't name a package: ${problemOfName(refused) ?? ''}. Give another: --name ${like}`,
  );
}

async function wantsGit(folder: string, { git }: Options, world: World, asks: boolean): Promise<boolean> {
  if (git === false) return false;
  const state = gitState(folder, world);
  if (git) {
    if (state === 'no-git') throw new CreateError('--git needs git, which is not installed here.');
    return true;
  }
  if (state !== 'none') return false;
  return asks ? askWhether('Make a git repository of it?', true) : true;
}
