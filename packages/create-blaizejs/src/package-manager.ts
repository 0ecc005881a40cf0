export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn'] as const;

export type PackageManagerName = (typeof PACKAGE_MANAGERS)[number];

/** A package manager, as the app will use it. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** How packages are installed for the first time. */
  readonly firstInstall: readonly string[];
  /** What a Dockerfile copies beside package.json. */
  readonly lockFiles: string;
  /** Installs what the lock file says. */
  readonly cleanInstall: string;
  /** Takes away what only development needs. */
  readonly prune: string;
  /** Files that the app has just because of it, by their names. */
  readonly files: Readonly<Record<string, string>>;
  /** What package.json says just because of it. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

export function isPackageManagerName(name: string): name is PackageManagerName {
  return (PACKAGE_MANAGERS as readonly string[]).includes(name);
}

/**
 * The package manager for an app: the one that is wanted, else the one that runs this process, else npm.
 *
 * @param userAgent what it tells of itself in `npm_config_user_agent`: `pnpm/10.34.9 npm/? node/v20.20.0 linux x64`
 */
export function packageManagerFor(userAgent = '', wanted?: PackageManagerName): PackageManager {
  const [, caller = '', version = ''] = /^(\w+)\/(\d[\w.+-]*)/.exec(userAgent) ?? [];
  const name = wanted ?? (isPackageManagerName(caller) ? caller : 'npm');
  return MAKE[name](name === caller ? version : '');
}

// yarn and pnpm make more of a folder than npm does.
const MAKE: Readonly<Record<PackageManagerName, (version: string) => PackageManager>> = {
  npm: () => ({
    name: 'npm',
    firstInstall: ['install'],
    lockFiles: 'package-lock.json',
    cleanInstall: 'npm ci',
    prune: 'npm prune --omit=dev',
    files: {},
    // Their binaries come as packages; the scripts would only check them, or build them anew.
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
          // Where CI is set, it would write no lock file.
          firstInstall: ['install', '--no-immutable'],
          lockFiles: 'yarn.lock .yarnrc.yml',
          cleanInstall: 'corepack enable && yarn install --immutable',
          prune: 'yarn workspaces focus --production',
          // An empty lock file says that the folder belongs to no project above it.
          files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
          // Others then get that version, too.
          manifest: { packageManager: `yarn@${version}` },
        },
};

const PNPM_WORKSPACE = `# esbuild's binary comes as a package; its script would only check it.
allowBuilds:
  esbuild: false
ignoredBuiltDependencies:
  - esbuild
`;

function majorOf(version: string): number | undefined {
  return version === '' ? undefined : Number.parseInt(version);
}
