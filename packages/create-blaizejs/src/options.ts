import { parseArgs } from 'node:util';

import { UsageError } from './create-error.ts';
import { isPackageManagerName, PACKAGE_MANAGERS, type PackageManagerName } from './package-manager.ts';
import { isTemplate, type Template, TEMPLATES } from './templates.ts';

/** What the command line says; undefined what it leaves open. */
export interface Options {
  /** As it was given. */
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

export const USAGE = `Makes a new BlaizeJS app.

Usage: npm create blaizejs [folder] -- [options]
       pnpm create blaizejs [folder] [options]
       yarn create blaizejs [folder] [options]

In a terminal it asks for what is not given. Elsewhere all has to be given, or --yes.

  [folder]                    Where the app comes; new or empty. Default: blaize-app
  --template <name>           Default: minimal
${templates.join('\n')}
  --name <name>               Of its package. Default: the name of the folder
  --package-manager <name>    ${PACKAGE_MANAGERS.join(', ')}. Default: the one that runs this
  --install, --no-install     Whether its packages are installed. Default: yes
  --git, --no-git             Whether it gets a git repository. Default: yes, where there is git
                              and the folder is in no repository
  -y, --yes                   Takes the default of whatever is not given, and asks nothing
  -h, --help                  Shows this
  -v, --version               Shows the version of create-blaizejs`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [folder, extra] = positionals;
  if (extra !== undefined) {
    throw new UsageError(
      `"${extra}" is one argument too many: it takes a folder. With npm, options stand after --: ` +
        'npm create blaizejs my-app -- --template api',
    );
  }
  const { template, name, install, git, yes = false, help = false, version = false } = values;
  const packageManager = values['package-manager'];
  if (template !== undefined && !isTemplate(template)) {
    throw new UsageError(
      `There is no template "${template}"; there are ${Object.keys(TEMPLATES).join(', ')}.`,
    );
  }
  if (packageManager !== undefined && !isPackageManagerName(packageManager)) {
    throw new UsageError(`--package-manager ${packageManager}: it is one of ${PACKAGE_MANAGERS.join(', ')}.`);
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
    // Such as: Unknown option '--tempalte'. What follows tells of positionals, which is of no help here.
    const [problem = ''] = (error as Error).message.split('. To specify');
    throw new UsageError(problem.endsWith('.') ? problem : `${problem}.`, { cause: error });
  }
}
