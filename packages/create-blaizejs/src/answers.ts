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

/** Everything needed to create an app. */
export interface Answers {
  /** The absolute path of the new app. */
  readonly folder: string;
  /** The name of its package. */
  readonly name: string;
  readonly template: Template;
  readonly packageManager: PackageManager;
  readonly install: boolean;
  readonly git: boolean;
}

const FOLDER = 'blaize-app';

/**
 * Fills in what the command line left open: by asking in a terminal, or with defaults if `--yes` is given.
 *
 * @throws UsageError if something is missing and there is no terminal, CreateError if the folder is not empty
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
  if (problem !== undefined) throw new CreateError(`${problem}. Choose a folder that is new or empty.`);

  const name = options.name ?? path.basename(folder);
  return {
    folder,
    name: problemOfName(name) === undefined ? name : await otherName(name, options, asks),
    template: options.template ?? (asks ? await askWhich('Which template?', TEMPLATES) : 'minimal'),
    packageManager: packageManagerFor(env.npm_config_user_agent, options.packageManager),
    install: options.install ?? (asks ? await askWhether('Install packages?', true) : true),
    git: await wantsGit(folder, options, world, asks),
  };
}

/** @throws UsageError that lists everything that is missing */
function refuseMissing({ folder, template, install, git }: Options): void {
  const missing = [
    ...(folder === undefined ? ['a folder'] : []),
    ...(template === undefined ? [`--template ${Object.keys(TEMPLATES).join('|')}`] : []),
    ...(install === undefined ? ['--install or --no-install'] : []),
    ...(git === undefined ? ['--git or --no-git'] : []),
  ];
  if (missing.length === 0) return;
  throw new UsageError(
    `There is no terminal to ask questions in. Give ${missing.join(', ')}. Or use the defaults: --yes.`,
  );
}

/** Replaces a name that npm would refuse. @throws UsageError */
async function otherName(refused: string, { name, yes }: Options, asks: boolean): Promise<string> {
  const like = nameLike(refused);
  if (asks) return askFor('What should the package be called?', like, problemOfName);
  // A folder can have any name, but a name given with --name is used unchanged.
  if (yes && name === undefined) return like;
  throw new UsageError(
    `"${refused}" can't be the name of a package: ${problemOfName(refused) ?? ''}. Choose another: --name ${like}`,
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
  return asks ? askWhether('Create a git repository?', true) : true;
}
