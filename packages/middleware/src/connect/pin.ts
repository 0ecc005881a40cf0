import { FacadeRequest } from './facade-request.ts';
import { FacadeResponse } from './facade-response.ts';

type Members = PropertyDescriptorMap;

// Those that Express has of its own.
const OF_EXPRESS = new Set<string | symbol>(['constructor', 'app', 'get', 'header', 'query']);

let requestMembers: Members | undefined;
let responseMembers: Members | undefined;

/** Whether a function is an application of Express, which gives requests and responses prototypes of its own. */
export function isExpressApp(handler: object): boolean {
  const { handle, request, response } = handler as {
    handle?: unknown;
    request?: unknown;
    response?: unknown;
  };
  return typeof handle === 'function' && typeof request === 'object' && typeof response === 'object';
}

/** Makes what these objects inherit their own, so that it stays when Express replaces their prototypes. */
export function pin(req: FacadeRequest, res: FacadeResponse): void {
  Object.defineProperties(req, (requestMembers ??= membersOf(FacadeRequest.prototype)));
  Object.defineProperties(res, (responseMembers ??= membersOf(FacadeResponse.prototype)));
}

function membersOf(prototype: object): Members {
  const members: Members = {};
  for (
    let each: object | null = prototype;
    each && each !== Object.prototype;
    each = Object.getPrototypeOf(each) as object | null
  ) {
    for (const name of Reflect.ownKeys(each)) {
      const member = Object.getOwnPropertyDescriptor(each, name);
      if (!member || OF_EXPRESS.has(name) || Object.hasOwn(members, name)) continue;
      members[name as string] = { ...member, enumerable: false, configurable: true };
    }
  }
  return members;
}
