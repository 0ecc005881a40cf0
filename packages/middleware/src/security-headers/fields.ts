import type { SecurityHeadersSettings } from './options.ts';

/** Headers by lower-case name. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** The headers that every answer gets, whatever it is. */
export function fieldsOf(settings: SecurityHeadersSettings): Fields {
  const all: Readonly<Record<string, string | undefined>> = {
    'cross-origin-embedder-policy': settings.crossOriginEmbedderPolicy,
    'cross-origin-opener-policy': settings.crossOriginOpenerPolicy,
    'cross-origin-resource-policy': settings.crossOriginResourcePolicy,
    'permissions-policy': settings.permissionsPolicy,
    'referrer-policy': settings.referrerPolicy,
    'reporting-endpoints': settings.reportingEndpoints || undefined,
    'x-content-type-options': settings.xContentTypeOptions ? 'nosniff' : undefined,
    'x-frame-options': frameOptionsOf(settings),
    'x-permitted-cross-domain-policies': settings.xPermittedCrossDomainPolicies ? 'none' : undefined,
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

/** The value of `Strict-Transport-Security`. */
export function transportSecurityOf({
  strictTransportSecurity: given,
}: SecurityHeadersSettings): string | undefined {
  if (given === undefined) return undefined;
  const { maxAge, includeSubDomains, preload } = given;
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}

/** What `frame-ancestors` says, as far as `X-Frame-Options` can say it. */
function frameOptionsOf({
  xFrameOptions: given,
  contentSecurityPolicy: policy,
}: SecurityHeadersSettings): string | undefined {
  if (given === false) return undefined;
  if (given !== undefined) return given;
  const ancestors = policy ? policy.get('frame-ancestors')?.join(' ') : "'none'";
  return ancestors === "'none'" ? 'DENY' : ancestors === "'self'" ? 'SAMEORIGIN' : undefined;
}
