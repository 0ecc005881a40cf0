import { createServer } from 'node:http';
import { pipeline } from 'node:stream';

import { answerWith } from './raw.mjs';
import { listen } from './shared.mjs';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Api } from './raw.mjs' */
/** @import { AppOptions } from './shared.mjs' */

/** @type {Api<IncomingMessage, ServerResponse>} */
const api = {
  json(response, status, value) {
    const text = JSON.stringify(value);
    const length = String(Buffer.byteLength(text));
    response.writeHead(status, ['content-type', 'application/json', 'content-length', length]);
    response.end(text);
  },
  stream(response, source) {
    response.writeHead(200, ['content-type', 'application/octet-stream']);
    pipeline(source, response, () => undefined);
  },
};

/** @param {AppOptions} options */
export function start({ routes }) {
  const answer = answerWith(api, routes);
  return listen(
    createServer((request, response) => answer(request.method ?? '', request.url ?? '', request, response)),
  );
}
