export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn'] as const;

export type PackageManagerName = (typeof PACKAGE_MANAGERS)[number];

/** The commands and files of a package manager for an app. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** Arguments of the first installation. */
  readonly firstInstall: readonly string[];
  /** The files that a Dockerfile copies along with package.json. */
  readonly lockFiles: string;
  /** The command that installs exactly the lockfile. */
  readonly cleanInstall: string;
  /** The command that removes development dependencies. */
  readonly prune: string;
  /** Files that only this package manager needs, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Fields of package.json that only this package manager needs. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

export function isPackageManagerName(name: string): name is PackageManagerName {
  return (PACKAGE_MANAGERS as readonly string[]).includes(name);
}

/**
 * The package manager for an app: the requested one, otherwise the one that runs this process, otherwise npm.
 *
 * @param userAgent `npm_config_user_agent`, which package managers set: `pnpm/10.34.9 npm/? node/v20.20.0 linux x64`
 */
export function packageManagerFor(userAgent = '', wanted?: PackageManagerName): PackageManager {
  const [, caller = '', version = ''] = /^(\w+)\/(\d[\w.+-]*)/.exec(userAgent) ?? [];
  const name = wanted ?? (isPackageManagerName(caller) ? caller : 'npm');
  return MAKE[name](name === caller ? version : '');
}

const MAKE: Readonly<Record<PackageManagerName, (version: string) => PackageManager>> = {
  npm: () => ({
    name: 'npm',
    firstInstall: ['install'],
    lockFiles: 'package-lock.json',
    cleanInstall: 'npm ci',
    prune: 'npm prune --omit=dev',
    files: {},
    // Their binaries come as packages. The install scripts would only check or rebuild them.
    manifest: { allowScripts: { esbuild: false, fsevents: false } },
  }),
  pnpm: (version) => ({
    name: 'pnpm',
    firstInstall: ['install'],
    lockFiles: 'pnpm-lock.yaml pnpm-workspace.yaml',
    cleanInstall: `npm install --global pnpm@${majorOf(version) ?? 'latest'} && pnpm install --frozen-lockfile`,
    prune: 'CI=true pnpm prune --prod',
    files: { 'pnpm-workspace.yaml': PNPM_WORKSPACE },
    manifest: {},
  }),
  yarn: (version) =>
    (majorOf(version) ?? 1) === 1
      ? {
          name: 'yarn',
          firstInstall: ['install'],
          lockFiles: 'yarn.lock',
          cleanInstall: 'yarn install --frozen-lockfile',
          prune: 'yarn install --frozen-lockfile --production',
          files: {},
          manifest: {},
        }
      : {
          name: 'yarn',
          // If CI is set, yarn would not write a lockfile.
          firstInstall: ['install', '--no-immutable'],
          lockFiles: 'yarn.lock .yarnrc.yml',
          cleanInstall: 'corepack enable && yarn install --immutable',
          prune: 'yarn workspaces focus --production',
          // An empty lockfile tells yarn that the folder is a separate project.
          files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
          // So that everyone gets the same version.
          manifest: { packageManager: `yarn@${version}` },
        },
};

const PNPM_WORKSPACE = `# The binary of esbuild comes as a package. Its install script would only check it.
allowBuilds:
  esbuild: false
ignoredBuiltDependencies:
  - esbuild
`;

function majorOf(version: string): number | undefined {
  return version === '' ? undefined : Number.parseInt(version);
}
