import { createRequire } from 'node:module';

import type { ForeignHandler } from '../../src/connect.ts';

// They have no types of their own; those on npm would bring Express's.
const load: (name: string) => unknown = createRequire(import.meta.url);

interface User {
  readonly id: string;
  readonly name: string;
}

export type { User };

type Verify = (
  name: string,
  password: string,
  done: (error: unknown, user?: User | false, info?: { message: string }) => void,
) => void;

interface Passport {
  initialize(): ForeignHandler;
  session(): ForeignHandler;
  authenticate(strategy: string, options?: object): ForeignHandler;
  use(strategy: object): Passport;
  serializeUser(fn: (user: User, done: (error: unknown, id?: string) => void) => void): void;
  deserializeUser(fn: (id: string, done: (error: unknown, user?: User | false) => void) => void): void;
}

interface Multer {
  single(field: string): ForeignHandler;
  array(field: string, max?: number): ForeignHandler;
}

export const compression = load('compression') as (options?: object) => ForeignHandler;

export const morgan = load('morgan') as (
  format: string,
  options: { readonly stream: { write(line: string): void } },
) => ForeignHandler;

export const session = load('express-session') as (options: object) => ForeignHandler;

export const multer = load('multer') as ((options?: object) => Multer) & { memoryStorage(): object };

export const { Passport } = load('passport') as { readonly Passport: new () => Passport };

export const { Strategy: LocalStrategy } = load('passport-local') as {
  readonly Strategy: new (verify: Verify) => object;
};
