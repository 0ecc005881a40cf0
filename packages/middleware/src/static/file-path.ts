// Names that mean a device in any folder of Windows, with any extension.
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[. ]|$)/i;

// eslint-disable-next-line no-control-regex -- these are what must not be in a name
const NEVER_IN_NAMES = /[/\\\x00-\x1f\x7f]/;

/** Which names may be served. */
export interface NameRules {
  /** Whether the folder `.well-known` is served, at the root only (RFC 8615). */
  readonly wellKnown: boolean;
  /** Whose rules the file system has. Default: this one's. */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * The segments of a path in a URL, each percent-decoded once. The last one is empty if the path ends with a slash, or is the
 * root.
 *
 * @param path as it was sent: `/a%20b/c`
 * @returns undefined for a path that no file may have: one that would leave the folder, names a hidden file, or means another
 *   file to the operating system than it seems to
 */
export function readUrlPath(path: string, rules: NameRules): string[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const segments = path.slice(1).split('/');
  if (path.includes('%')) {
    try {
      for (let i = 0; i < segments.length; i++) segments[i] = decodeURIComponent(segments[i] ?? '');
    } catch {
      // Not UTF-8, such as an overlong encoding.
      return undefined;
    }
  }
  return segmentsAreSafe(segments, rules) ? segments : undefined;
}

/** Whether a list of names stays in its folder and names nothing hidden. Only the last one may be empty. */
export function segmentsAreSafe(
  segments: readonly string[],
  { wellKnown, platform = process.platform }: NameRules,
): boolean {
  const last = segments.length - 1;
  for (let i = 0; i <= last; i++) {
    const name = segments[i] ?? '';
    if (name === '' && i !== last) return false;
    if (name.startsWith('.') && !(wellKnown && i === 0 && name === '.well-known')) return false;
    if (NEVER_IN_NAMES.test(name)) return false;
    if (platform === 'win32' && meansSomethingElse(name)) return false;
  }
  return true;
}

/** Windows: a drive or an alternate data stream, a device, a short name, or an end that it leaves out. */
function meansSomethingElse(name: string): boolean {
  return /[:*?"<>|]/.test(name) || DEVICE.test(name) || /[. ]$|~\d/.test(name);
}
