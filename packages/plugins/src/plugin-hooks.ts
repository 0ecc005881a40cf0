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

const hook = optional(is('a function', (value) => typeof value === 'function'));
const shape = {
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
const hooks = options(shape, 'an object of hooks and services, or nothing');

const NAMES = Object.keys(shape);

/**
 * What the `setup` of a plugin returned, checked.
 *
 * @param target what it was set up on: a setup that ends with `server.use(…)` returns that, and means nothing by it
 * @throws PluginError that lists everything that is wrong
 */
export function hooksOf(plugin: Plugin, returned: unknown, target: object): PluginHooks {
  if (returned === undefined || returned === null || returned === target) return {};
  const problems = problemsWith(hooks, partsOf(returned)).map((problem) =>
    problem.path === 'options' ? { ...problem, path: 'setup' } : problem,
  );
  if (problems.length === 0) return returned;
  throw new PluginError(plugin.name, `returned hooks with ${listProblems(problems)}`);
}

/** Hooks may share a state on `this`. A function that nobody would call is a mistake, and so is a name that looks like a slip. */
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
