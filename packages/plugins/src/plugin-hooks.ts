import { PluginError } from '@blaizejs/errors';
import {
  didYouMean,
  is,
  isObject,
  listProblems,
  optional,
  options,
  problemsWith,
  record,
  withoutState,
} from '@blaizejs/errors/internal';
import type { Plugin, PluginHooks } from '@blaizejs/types';

const shape = /* @__PURE__ */ shapeOfHooks();
const hooks = /* @__PURE__ */ options(shape, 'an object of hooks and services, or nothing');

const NAMES = /* @__PURE__ */ Object.keys(shape);

function shapeOfHooks() {
  const hook = optional(is('a function', (value) => typeof value === 'function'));
  return {
    services: optional(is('an object of services by name', isObject)),
    perRequest: optional(
      record(
        is('a function (ctx) that makes the service', (value) => typeof value === 'function'),
        'an object of functions by name',
      ),
    ),
    initialize: hook,
    onServerStart: hook,
    onServerStop: hook,
    terminate: hook,
  };
}

/**
 * Checks what the `setup` of a plugin returned.
 *
 * @param target what it was set up on: a setup that ends with `return server.use(…)` returns that, which is ignored
 * @throws PluginError that lists every problem
 */
export function hooksOf(plugin: Plugin, returned: unknown, target: object): PluginHooks {
  if (returned === undefined || returned === null || returned === target) return {};
  const problems = problemsWith(hooks, partsOf(returned)).map((problem) =>
    problem.path === 'options' ? { ...problem, path: 'setup' } : problem,
  );
  if (problems.length === 0) return returned;
  throw new PluginError(plugin.name, `returned hooks with ${listProblems(problems)}`);
}

/** Hooks may share state on `this`. Unknown functions, which nobody would call, and names that look like typos are mistakes. */
function partsOf(returned: unknown): unknown {
  const checked = withoutState(returned, NAMES);
  if (checked !== returned || !isObject(returned)) return checked;
  return Object.fromEntries(
    Object.entries(returned).filter(
      ([name, value]) =>
        NAMES.includes(name) || typeof value === 'function' || didYouMean(name, NAMES) !== undefined,
    ),
  );
}
