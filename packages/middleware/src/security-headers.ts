import type { RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { HookContext, Middleware } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';
import { type Fields, fieldsOf, transportSecurityOf } from './security-headers/fields.ts';
import { type CspNonce, Nonce } from './security-headers/nonce.ts';
import { type SecurityHeadersOptions, securityHeadersOptions } from './security-headers/options.ts';
import { type NonceDirective, PolicyText } from './security-headers/policy-text.ts';

export type { CspNonce } from './security-headers/nonce.ts';
export type {
  ReferrerPolicy,
  SecurityHeadersOptions,
  StrictTransportSecurity,
} from './security-headers/options.ts';
export type { PermissionsPolicy } from './security-headers/permissions-policy.ts';
export type {
  ContentSecurityPolicy,
  CspListDirective,
  CspSourceDirective,
} from './security-headers/policy-directives.ts';
export type { NonceDirective } from './security-headers/policy-text.ts';

const ENFORCED = 'content-security-policy';
const REPORTED = 'content-security-policy-report-only';
const TRANSPORT = 'strict-transport-security';
const LOCALHOST = /^(?:[^:]+\.)?localhost(?::|$)/i;
const PAGE = /^text\/html\b/i;

/**
 * Sets the headers that OWASP and MDN recommend on every answer, errors, files and redirects included. A header that a handler
 * or other middleware has set is left as it is.
 *
 * ```ts
 * createServer({ middleware: [securityHeaders({ nonces: true })] });
 * ```
 *
 * With `nonces`, handlers find the nonce of their answer in `ctx.state.csp.nonce`.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function securityHeaders(
  options: SecurityHeadersOptions & { readonly nonces: true | readonly NonceDirective[] },
): Middleware<{ csp: CspNonce }>;
export function securityHeaders(options?: SecurityHeadersOptions): Middleware;
export function securityHeaders(options: SecurityHeadersOptions = {}): Middleware {
  const settings = checkBuiltIn('securityHeaders', securityHeadersOptions, options);
  const { nonces, contentSecurityPolicy: enforced, contentSecurityPolicyReportOnly: reported } = settings;
  const hasNonces = nonces.length > 0;
  const enforcedText = enforced && new PolicyText(enforced, nonces);
  const reportedText = reported && new PolicyText(reported, nonces);
  const common = fieldsOf(settings);
  // Without nonces, nothing differs between answers but the scheme: all that they get is known now.
  const policies = (secure: boolean): Fields => [
    ...(enforcedText ? [[ENFORCED, enforcedText.text(secure, undefined)] as const] : []),
    ...(reportedText ? [[REPORTED, reportedText.text(secure, undefined)] as const] : []),
  ];
  const overHttp = hasNonces ? common : [...common, ...policies(false)];
  const overHttps = hasNonces ? common : [...common, ...policies(true)];
  const transport = transportSecurityOf(settings);
  const isLocal = remember(LOCALHOST);

  return createMiddleware({
    name: 'security-headers',
    ...(hasNonces && {
      onRequest: (ctx: HookContext<{ csp: CspNonce }>) => {
        ctx.state.csp ??= new Nonce();
      },
    }),
    onSend: (hook: HookContext<{ csp: CspNonce }>) => {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the framework's own
      const ctx = hook as RequestContext & HookContext<{ csp: CspNonce }>;
      const { request, response } = ctx;
      const set = response.fields;
      const secure = request.scheme === 'https';
      for (const [name, value] of secure ? overHttps : overHttp) set[name] ??= value;
      if (secure && transport !== undefined && !isDevelopmentHost(request, isLocal))
        set[TRANSPORT] ??= transport;
      if (!hasNonces) return;
      // Browsers would use the new nonce for the page that they have, which contains the old one (RFC 9111 section 3.2).
      if (response.statusCode === 304) return;
      const nonce = nonceOf(ctx);
      if (enforcedText) set[ENFORCED] ??= enforcedText.text(secure, nonce);
      if (reportedText) set[REPORTED] ??= reportedText.text(secure, nonce);
    },
  });
}

/** Pages always get one, since they may be streamed and read it after their head is sent; others if something has read it. */
function nonceOf({ response, state }: HookContext<{ csp: CspNonce }>): string | undefined {
  const isPage = PAGE.test(response.get('content-type') ?? '');
  if (isPage) return (state.csp ??= new Nonce()).nonce;
  return state.csp instanceof Nonce && state.csp.isMade ? state.csp.nonce : undefined;
}

/**
 * Whether the server itself speaks TLS on `localhost`: browsers would use https for everything else there as well, on any port.
 * A proxy may call the server so, and does not have it in mind.
 */
function isDevelopmentHost(
  request: RequestContext['request'],
  isLocal: (authority: string) => boolean,
): boolean {
  return isLocal(request.authority) && request.tls !== undefined;
}

/** Tests a pattern, and remembers the last answer: most requests name the same host. */
function remember(pattern: RegExp): (text: string) => boolean {
  let last = '';
  let answer = pattern.test(last);
  return (text) => {
    if (text === last) return answer;
    last = text;
    return (answer = pattern.test(text));
  };
}
