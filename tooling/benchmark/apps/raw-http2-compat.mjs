import { createSecureServer } from 'node:http2';
import { pipeline } from 'node:stream';

import { answerWith } from './raw.mjs';
import { credentials, listen } from './shared.mjs';

/** @import { Http2ServerRequest, Http2ServerResponse } from 'node:http2' */
/** @import { Api } from './raw.mjs' */
/** @import { AppOptions } from './shared.mjs' */

/** @type {Api<Http2ServerRequest, Http2ServerResponse>} */
const api = {
  json(response, status, value) {
    const text = JSON.stringify(value);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  },
  stream(response, source) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    pipeline(source, response, () => undefined);
  },
};

/** @param {AppOptions} options */
export function start(options) {
  const answer = answerWith(api, options.routes);
  return listen(
    createSecureServer(credentials(options), (request, response) =>
      answer(request.method, request.url, request, response),
    ),
  );
}
