import type { RequestContext, ResponseSide } from '@blaizejs/context/internal';

import type { CorsSettings } from './options.ts';

/** Sets headers of an answer for an origin. */
export type SetFields = (ctx: RequestContext, allowed: string) => void;

type Fields = ResponseSide['fields'];

/** Characters of `Access-Control-Request-Headers` that are sent back. */
const MAX_REQUESTED = 4096;
const NAMES = /^[\w!#$%&'*+.^`|~\- \t,]+$/;

/** What every answer to an allowed origin gets. */
export function simpleFields({ credentials, exposedHeaders }: CorsSettings): SetFields {
  const exposed = exposedHeaders.join(', ');
  return ({ response: { fields } }, allowed) => {
    allow(fields, allowed, credentials);
    if (exposed !== '') fields['access-control-expose-headers'] = exposed;
  };
}

/** What the answer to a preflight of an allowed origin gets. */
export function preflightFields(settings: CorsSettings): SetFields {
  const { credentials, allowedHeaders, maxAge, privateNetwork } = settings;
  const methods = settings.methods.join(', ');
  const listed = allowedHeaders?.join(', ');
  const seconds = String(maxAge);
  return ({ request, response: { fields } }, allowed) => {
    allow(fields, allowed, credentials);
    if (methods !== '') fields['access-control-allow-methods'] = methods;
    const headers = listed ?? requestedHeaders(request.header('access-control-request-headers'));
    if (headers !== undefined && headers !== '') fields['access-control-allow-headers'] = headers;
    fields['access-control-max-age'] = seconds;
    if (privateNetwork && request.header('access-control-request-private-network') === 'true') {
      fields['access-control-allow-private-network'] = 'true';
    }
  };
}

function allow(fields: Fields, allowed: string, credentials: boolean): void {
  fields['access-control-allow-origin'] = allowed;
  if (credentials) fields['access-control-allow-credentials'] = 'true';
}

/** What a client sends is sent back only if it is a list of names of a usual length. */
function requestedHeaders(value: string | undefined): string | undefined {
  return value !== undefined && value.length <= MAX_REQUESTED && NAMES.test(value) ? value.trim() : undefined;
}
