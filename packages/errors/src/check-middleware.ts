import { type Check, didYouMean, hasMethod, isObject } from './check.ts';

/** The parts of a middleware that run. Each middleware has at least one. */
export const MIDDLEWARE_PARTS = ['onRequest', 'handler', 'onSend', 'onError'] as const;
/** The keys of a middleware. */
export const MIDDLEWARE_KEYS: readonly string[] = ['name', ...MIDDLEWARE_PARTS, 'skip', 'security'];

const EXPECTED = 'a function (ctx, next) or what createMiddleware() returned';
const ROUTE = Symbol.for('blaizejs.route');

/** Checks one middleware, as options and routes take it. */
export const middleware: Check<unknown> = (value, path, report) => {
  if (isPlugin(value)) {
    report(path, value, EXPECTED, 'It is a plugin: add it to `plugins`.');
    return;
  }
  if (typeof value === 'function') return;
  if (Array.isArray(value)) {
    report(path, value, EXPECTED, 'Spread it: `...list`.');
    return;
  }
  if (!isObject(value) || !MIDDLEWARE_PARTS.some((part) => hasMethod(value, part))) {
    report(path, value, EXPECTED, isObject(value) ? typosIn(value)[0]?.suggestion : undefined);
    return;
  }
  if (ROUTE in value) {
    report(path, value, EXPECTED, 'It is a route.');
    return;
  }
  for (const part of [...MIDDLEWARE_PARTS, 'skip']) {
    if (value[part] !== undefined && !hasMethod(value, part))
      report(`${path}.${part}`, value[part], 'a function');
  }
  // Middleware may be an object with its own state. A function whose name is close to that of a part is a typo.
  for (const { key, suggestion } of typosIn(value))
    report(`${path}.${key}`, value[key], `one of ${MIDDLEWARE_KEYS.join(', ')}`, suggestion);
};

/** Checks a list of middleware. */
export const middlewareList: Check<unknown> = (value, path, report) => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) middleware(item, `${path}[${index}]`, report);
  } else {
    const isOne = typeof value === 'function' || isObject(value);
    report(path, value, 'a list of middleware', isOne ? 'Write `middleware: [it]`.' : undefined);
  }
};

/** Whether a value is a plugin, or returns one when called with its options. */
export function isPlugin(value: unknown): boolean {
  return (
    hasMethod(value, 'setup') ||
    (typeof value === 'function' && typeof Reflect.get(value, 'version') === 'string')
  );
}

function typosIn(value: object): { readonly key: string; readonly suggestion: string }[] {
  const unknown = Object.keys(value).filter((key) => !MIDDLEWARE_KEYS.includes(key) && hasMethod(value, key));
  return unknown.flatMap((key) => {
    const suggestion = didYouMean(key, MIDDLEWARE_KEYS);
    return suggestion === undefined ? [] : [{ key, suggestion }];
  });
}
