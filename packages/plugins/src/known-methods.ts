/**
 * The methods that metrics and traces name: those of RFC 9110 section 9, and PATCH. Clients can send any other word, and one
 * label would then have any number of values.
 */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
]);

/** What OpenTelemetry calls all other methods. */
export const OTHER_METHOD = '_OTHER';
