/** One instance of a service. */
export interface Target {
  /** A host name or an address. */
  readonly host: string;
  readonly port: number;
  /** Instances with a lower number come first; the others are used only if those fail (RFC 2782). Default: 0 */
  readonly priority?: number | undefined;
  /** The share of the requests among instances of the same priority (RFC 2782). Default: 1 */
  readonly weight?: number | undefined;
}

/** Where the instances of a service are looked up. */
export interface TargetSource {
  /** The service, for messages. */
  readonly name: string;
  /** Looks them up now. @throws if that fails; the ones found before are then used further */
  load(signal: AbortSignal): Promise<readonly Target[]>;
}

/** Orders targets for one request as RFC 2782 says: by priority, and by chance within it, in proportion to the weights. */
export function order(targets: readonly Target[], random: () => number = Math.random): Target[] {
  const priorities = [...new Set(targets.map(({ priority = 0 }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((wanted) => {
    const left = targets.filter(({ priority = 0 }) => priority === wanted);
    return Array.from({ length: left.length }, () => take(left, random));
  });
}

function take(left: Target[], random: () => number): Target {
  // A weight of 0 is still chosen now and then.
  const shares = left.map(({ weight = 1 }) => Math.max(weight, 0.01));
  let at = random() * shares.reduce((sum, share) => sum + share, 0);
  const found = shares.findIndex((share) => (at -= share) < 0);
  return left.splice(found === -1 ? left.length - 1 : found, 1)[0] as Target;
}
