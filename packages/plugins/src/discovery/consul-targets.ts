import { checkBuiltIn, is, isInteger, isObject, optional, options, text } from '@blaizejs/errors/internal';

import { askConsul, type ConsulOptions, consulShape, serviceName } from './consul-request.ts';
import { discoveryError } from './discovery-error.ts';
import type { Target, TargetSource } from './target.ts';

/** Options of {@link consulTargets}. */
export interface ConsulTargetsOptions extends ConsulOptions {
  /** What the service is called. */
  readonly name: string;
  /** Only instances with this tag. */
  readonly tag?: string | undefined;
  /** Default: that of the agent */
  readonly datacenter?: string | undefined;
}

const check = options(
  {
    ...consulShape,
    name: serviceName,
    tag: optional(text('a tag')),
    datacenter: optional(is<string>('the name of a data center', (value) => typeof value === 'string')),
  },
  'an object of options, such as { name: "users" }',
);

/**
 * The instances of a service whose checks pass, as Consul knows them.
 *
 * @throws ConfigurationError for wrong options
 */
export function consulTargets(options: ConsulTargetsOptions): TargetSource {
  const { name, tag, datacenter, ...agent } = checkBuiltIn('consulTargets', check, options);
  const query = new URLSearchParams({
    passing: 'true',
    ...(tag === undefined ? {} : { tag }),
    ...(datacenter === undefined ? {} : { dc: datacenter }),
  });
  return {
    name,
    load: async (signal) =>
      targetsOf(
        await askConsul(agent, 'GET', `v1/health/service/${name}?${query.toString()}`, undefined, signal),
      ),
  };
}

function targetsOf(answer: unknown): Target[] {
  if (!Array.isArray(answer)) throw discoveryError('The answer is not one of Consul.');
  return answer.map((entry: unknown) => {
    const { Service: service, Node: node } = isObject(entry) ? entry : {};
    const { Address: own, Port: port, Weights: weights } = isObject(service) ? service : {};
    // A service without an address of its own has that of its node.
    const host = own === '' || own === undefined ? isObject(node) && node['Address'] : own;
    if (typeof host !== 'string' || host === '' || !isInteger(port, 1, 65_535))
      throw discoveryError('The answer is not one of Consul.');
    const weight = isObject(weights) && isInteger(weights['Passing'], 0, 65_535) ? weights['Passing'] : 1;
    return { host, port, weight };
  });
}
