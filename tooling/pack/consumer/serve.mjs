/** Serves and asks, as the first program of a new user might; exits 0 by itself when all is well. */
import { strictEqual } from 'node:assert';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { get } from 'node:https';
import { json } from 'node:stream/consumers';

import { createServer } from 'blaizejs';

const server = createServer({ routesDir: './routes', port: 0 });
await server.listen();
const url = `https://localhost:${server.port}`;
const ca = readFileSync('.blaize/ssl/cert.pem');

const session = connect(url, { ca });
const stream = session.request({ ':path': '/hello' });
const [headers] = await once(stream, 'response');
strictEqual(headers[':status'], 200);
strictEqual((await json(stream)).hello, 'world');
session.close();
console.log('HTTP/2 answered');

const [response] = await once(get(`${url}/hello`, { ca }), 'response');
strictEqual(response.statusCode, 200);
strictEqual(response.httpVersion, '1.1');
strictEqual((await json(response)).hello, 'world');
console.log('HTTP/1.1 answered');

await server.close();
