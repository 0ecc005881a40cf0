// Listed here rather than taken from `node:http`, which workers lack: what Node 24 and find-my-way know.
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

/** Whether a method is one that HTTP defines, in capitals as requests have it. */
export function isKnownMethod(method: string): boolean {
  return METHODS.has(method);
}
