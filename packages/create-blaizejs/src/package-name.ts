import { builtinModules } from 'node:module';

const LONGEST = 214;
const PART = '[a-z0-9][a-z0-9._-]*';
const NAME = new RegExp(`^(?:@${PART}/)?${PART}$`);
const RESERVED = ['node_modules', 'favicon.ico', ...builtinModules];

/** Why npm would refuse a name for a new package, or undefined if it would not. */
export function problemOfName(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > LONGEST) return `it has more than ${LONGEST} characters`;
  if (/[A-Z]/.test(name)) return 'it has capital letters';
  if (!NAME.test(name)) {
    return 'use only a-z, 0-9, dots, hyphens and underscores, and begin with a letter or digit';
  }
  if (RESERVED.includes(name)) return 'it is reserved by Node or npm';
  return undefined;
}

/** The valid name closest to a text. */
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
