// The methods that Node 24 and find-my-way know. Listed here, since workers lack `node:http`.
const METHODS: ReadonlySet<string> = new Set([
  ...[
    'ACL',
    'BIND',
    'CHECKOUT',
    'CONNECT',
    'COPY',
    'DELETE',
    'GET',
    'HEAD',
    'LINK',
    'LOCK',
    'M-SEARCH',
    'MERGE',
  ],
  ...[
    'MKACTIVITY',
    'MKCALENDAR',
    'MKCOL',
    'MOVE',
    'NOTIFY',
    'OPTIONS',
    'PATCH',
    'POST',
    'PROPFIND',
    'PROPPATCH',
  ],
  ...[
    'PURGE',
    'PUT',
    'QUERY',
    'REBIND',
    'REPORT',
    'SEARCH',
    'SOURCE',
    'SUBSCRIBE',
    'TRACE',
    'UNBIND',
    'UNLINK',
  ],
  ...['UNLOCK', 'UNSUBSCRIBE'],
]);

/** Whether a method, in capitals as in requests, is one that HTTP defines. */
export function isKnownMethod(method: string): boolean {
  return METHODS.has(method);
}
