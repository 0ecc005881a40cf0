import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';
import {
  type Check,
  is,
  isObject,
  listProblems,
  middleware,
  middlewareList,
  options,
  problemsWith,
} from '@blaizejs/errors/internal';
import type { AppEnv, ErrorHandler, MiddlewareInput, NotFoundHandler } from '@blaizejs/types';

import type { LoadedModule } from './module-loader.ts';

const isFunction = (value: unknown): boolean => typeof value === 'function';
const NOT_FOUND = 'a function (ctx) that returns the answer';
const notFound: Check<unknown> = (value, at, report) => {
  if (isObject(value)) options({ handler: is(NOT_FOUND, isFunction) }, NOT_FOUND)(value, at, report);
  else is(NOT_FOUND, isFunction)(value, at, report);
};
const onError = is('a function (error, ctx) that returns the answer, or nothing', isFunction);
const oneOrMore: Check<unknown> = (value, at, report) =>
  Array.isArray(value) ? middlewareList(value, at, report) : middleware(value, at, report);

/** The middleware of a `_middleware` file. @throws RouteLoadError if its default export is not middleware */
export function middlewareOf(module: LoadedModule, file: string): readonly MiddlewareInput[] {
  const value = checked(module, file, oneOrMore, 'a middleware, or a list of them');
  return [value].flat() as MiddlewareInput[];
}

/** The handler of a `_404` file. @throws RouteLoadError if its default export is not one */
export function notFoundHandlerOf(module: LoadedModule, file: string): NotFoundHandler<AppEnv> {
  const value = checked(module, file, notFound, 'a function (ctx)');
  if (!isObject(value)) return value as NotFoundHandler<AppEnv>;
  const route = value as { handler: NotFoundHandler<AppEnv> };
  return (ctx) => route.handler(ctx);
}

/** The handler of an `_error` file. @throws RouteLoadError if its default export is not one */
export function errorHandlerOf(module: LoadedModule, file: string): ErrorHandler<AppEnv> {
  return checked(module, file, onError, 'a function (error, ctx)') as ErrorHandler<AppEnv>;
}

function checked(module: LoadedModule, file: string, check: Check<unknown>, what: string): unknown {
  const shown = path.relative(process.cwd(), file);
  const value = defaultOf(module);
  if (value === undefined) {
    const others = Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports');
    const has = others.length === 0 ? '' : `; it exports only ${others.join(', ')}`;
    throw new RouteLoadError(file, `${shown}: it has no default export${has}. Export ${what} as default.`);
  }
  const at = path.parse(file).name.slice(1);
  const problems = problemsWith((given, _path, report) => check(given, at, report), value);
  if (problems.length === 0) return value;
  throw new RouteLoadError(file, `${shown}: its default export has ${listProblems(problems)}.`);
}

/** The default export, also of what a transpiler made of the module in CommonJS. */
function defaultOf(module: LoadedModule): unknown {
  const value = module.default;
  return isObject(value) && '__esModule' in value && 'default' in value ? value.default : value;
}
