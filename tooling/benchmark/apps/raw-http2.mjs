import { createSecureServer } from 'node:http2';
import { pipeline } from 'node:stream';

import { answerWith } from './raw.mjs';
import { credentials, listen } from './shared.mjs';

/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { Api } from './raw.mjs' */
/** @import { AppOptions } from './shared.mjs' */

/** @type {Api<ServerHttp2Stream, ServerHttp2Stream>} */
const api = {
  json(stream, status, value) {
    const text = JSON.stringify(value);
    stream.respond({
      ':status': status,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    stream.end(text);
  },
  stream(stream, source) {
    stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
    pipeline(source, stream, () => undefined);
  },
};

/** @param {AppOptions} options */
export function start(options) {
  const answer = answerWith(api, options.routes);
  const server = createSecureServer(credentials(options));
  server.on('stream', (stream, headers) => {
    // Without a listener, a client that resets a stream ends the process.
    stream.on('error', () => undefined);
    answer(headers[':method'] ?? '', headers[':path'] ?? '', stream, stream);
  });
  return listen(server);
}
