import { builtinModules } from 'node:module';

const LONGEST = 214;
const PART = '[a-z0-9][a-z0-9._-]*';
const NAME = new RegExp(`^(?:@${PART}/)?${PART}$`);
const RESERVED = ['node_modules', 'favicon.ico', ...builtinModules];

/** Why something can't be the name of a new package, by the rules of npm; undefined where it can. */
export function problemOfName(name: string): string | undefined {
  if (name === '') return 'a name can not be empty';
  if (name.length > LONGEST) return `a name has at most ${LONGEST} characters`;
  if (/[A-Z]/.test(name)) return 'a name has no capital letters';
  if (!NAME.test(name)) {
    return 'a name consists of a-z, 0-9, dots, hyphens and underscores, and begins with a letter or digit';
  }
  if (RESERVED.includes(name)) return `"${name}" is taken by Node or npm`;
  return undefined;
}

/** The name that comes nearest to a text. */
export function nameLike(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, LONGEST);
  if (plain === '') return 'app';
  return RESERVED.includes(plain) ? `${plain}-app` : plain;
}
