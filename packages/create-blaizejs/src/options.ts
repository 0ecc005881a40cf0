import { parseArgs } from 'node:util';

import { UsageError } from './create-error.ts';
import { isPackageManagerName, PACKAGE_MANAGERS, type PackageManagerName } from './package-manager.ts';
import { isTemplate, type Template, TEMPLATES } from './templates.ts';

/** The options of the command line; undefined if not given. */
export interface Options {
  /** As given. */
  readonly folder: string | undefined;
  readonly name: string | undefined;
  readonly template: Template | undefined;
  readonly packageManager: PackageManagerName | undefined;
  readonly install: boolean | undefined;
  readonly git: boolean | undefined;
  readonly yes: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const templates = Object.entries(TEMPLATES).map(([name, what]) => `${' '.repeat(30)}${name}: ${what}`);

export const USAGE = `Creates a new BlaizeJS app.

Usage: npm create blaizejs [folder] -- [options]
       pnpm create blaizejs [folder] [options]
       yarn create blaizejs [folder] [options]

In a terminal, it asks for whatever you leave out. Elsewhere, give all of it, or --yes.

  [folder]                    Where to create the app; new or empty. Default: blaize-app
  --template <name>           Default: minimal
${templates.join('\n')}
  --name <name>               The name of the package. Default: the name of the folder
  --package-manager <name>    ${PACKAGE_MANAGERS.join(', ')}. Default: the one that runs this command
  --install, --no-install     Installs the packages, or not. Default: yes
  --git, --no-git             Creates a git repository, or not. Default: yes, unless git is
                              missing or the folder is already in a repository
  -y, --yes                   Uses the default for whatever you leave out, and asks nothing
  -h, --help                  Shows this help
  -v, --version               Shows the version`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [folder, extra] = positionals;
  if (extra !== undefined) {
    throw new UsageError(
      `Unexpected argument "${extra}": the only argument is the folder. With npm, put -- before the options: ` +
        'npm create blaizejs my-app -- --template api',
    );
  }
  const { template, name, install, git, yes = false, help = false, version = false } = values;
  const packageManager = values['package-manager'];
  if (template !== undefined && !isTemplate(template)) {
    throw new UsageError(
      `There is no template "${template}". Choose one of ${Object.keys(TEMPLATES).join(', ')}.`,
    );
  }
  if (packageManager !== undefined && !isPackageManagerName(packageManager)) {
    throw new UsageError(
      `There is no package manager "${packageManager}". Choose one of ${PACKAGE_MANAGERS.join(', ')}.`,
    );
  }
  return { folder, name, template, packageManager, install, git, yes, help, version };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        template: { type: 'string' },
        name: { type: 'string' },
        'package-manager': { type: 'string' },
        install: { type: 'boolean' },
        git: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // For example: Unknown option '--tempalte'. The rest of the message is about positionals, and doesn't help here.
    const [problem = ''] = (error as Error).message.split('. To specify');
    throw new UsageError(problem.endsWith('.') ? problem : `${problem}.`, { cause: error });
  }
}
