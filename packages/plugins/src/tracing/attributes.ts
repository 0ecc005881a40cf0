import { isAuthority, loggedPath, type RequestContext } from '@blaizejs/context/internal';
import { isSecretName, isSecretValue } from '@blaizejs/errors/internal';
import type { RawRequest } from '@blaizejs/types';
import type { Attributes } from '@opentelemetry/api';

import { KNOWN_METHODS, OTHER_METHOD } from '../known-methods.ts';

const REDACTED = 'REDACTED';
/** Characters of an attribute: clients decide how long it would be. */
const MAX_LENGTH = 2048;
const DEFAULT_PORTS = { http: 80, https: 443 };

/** `GET /users/:id`; without a route, the method only. Any text can be a method: unknown ones are `HTTP`. */
export function spanName({ exchange, route }: RequestContext): string {
  const method = KNOWN_METHODS.has(exchange.method) ? exchange.method : 'HTTP';
  return route ? `${method} ${route.pattern}` : method;
}

/** Describes requests by the semantic conventions for HTTP servers. */
export class RequestAttributes {
  readonly #names: ReadonlySet<string>;

  /** @param redact names of parameters whose values are left out, besides those that look like credentials */
  constructor(redact: readonly string[]) {
    this.#names = new Set(redact.map((name) => name.toLowerCase()));
  }

  of(ctx: RequestContext): Attributes {
    const { exchange, request, route } = ctx;
    const { method, target, protocol, remoteAddress } = exchange;
    const { scheme, authority } = request;
    const known = KNOWN_METHODS.has(method);
    const attributes: Attributes = {
      'http.request.method': known ? method : OTHER_METHOD,
      'url.scheme': scheme,
      'url.path': this.#path(ctx).slice(0, MAX_LENGTH),
      'network.protocol.name': 'http',
      'network.protocol.version': protocol.slice('HTTP/'.length),
    };
    if (!known) attributes['http.request.method_original'] = method.slice(0, MAX_LENGTH);
    if (route) attributes['http.route'] = route.pattern;
    const query = target.indexOf('?');
    if (query !== -1) attributes['url.query'] = this.#query(target.slice(query + 1, query + 1 + MAX_LENGTH));
    if (isAuthority(authority)) {
      const colon = authority.lastIndexOf(':');
      const hasPort = colon > authority.lastIndexOf(']');
      attributes['server.address'] = hasPort ? authority.slice(0, colon) : authority;
      attributes['server.port'] = hasPort
        ? Number(authority.slice(colon + 1)) || DEFAULT_PORTS[scheme]
        : DEFAULT_PORTS[scheme];
    }
    const { ip } = request;
    if (ip !== '') attributes['client.address'] = ip;
    if (remoteAddress !== undefined) {
      attributes['network.peer.address'] = remoteAddress;
      const port = peerPort(exchange.rawRequest);
      if (port !== undefined) attributes['network.peer.port'] = port;
    }
    const agent = request.header('user-agent');
    if (agent !== undefined) attributes['user_agent.original'] = agent.slice(0, MAX_LENGTH);
    return attributes;
  }

  /** The path as logs have it, and without the values of parameters with names of `redact`. */
  #path(ctx: RequestContext): string {
    const path = this.#withoutNamed(ctx);
    return loggedPath({ path, params: ctx.request.params }).replaceAll('[redacted]', REDACTED);
  }

  #withoutNamed({ request, route }: RequestContext): string {
    const { path, params } = request;
    const secret = route?.params.filter((name) => this.#isSecret(name)) ?? [];
    if (secret.length === 0) return path;
    const values = new Set(secret.flatMap((name) => (params[name] ?? '').split('/')));
    return path
      .split('/')
      .map((segment) => (segment !== '' && values.has(decoded(segment)) ? REDACTED : segment))
      .join('/');
  }

  #query(text: string): string {
    return text
      .split('&')
      .map((part) => {
        const end = part.indexOf('=');
        if (end === -1) return isSecretValue(decoded(part)) ? REDACTED : part;
        const name = part.slice(0, end);
        return this.#isSecret(decoded(name)) || isSecretValue(decoded(part.slice(end + 1)))
          ? `${name}=${REDACTED}`
          : part;
      })
      .join('&');
  }

  #isSecret(name: string): boolean {
    return this.#names.has(name.toLowerCase()) || isSecretName(name);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Undefined in process, and once the peer has left. */
function peerPort(raw: RawRequest): number | undefined {
  if ('session' in raw) return raw.session?.destroyed === false ? raw.session.socket.remotePort : undefined;
  return 'socket' in raw ? raw.socket.remotePort : undefined;
}
