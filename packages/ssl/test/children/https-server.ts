import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { developmentCertificate } from '../../src/index.ts';

// An HTTPS server with the development certificate of its working directory.
const credentials = await developmentCertificate({ host: 'localhost' });
const server = createServer({ key: credentials.key, cert: credentials.cert }, (_request, response) => {
  response.end('hello');
});
await once(server.listen(0), 'listening');
console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, cert: credentials.cert }));
