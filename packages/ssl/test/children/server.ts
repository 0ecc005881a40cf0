import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

import { developmentCertificate } from '../../src/index.ts';

// An HTTP/2 and HTTP/1.1 server with the development certificate of its working directory.
const { key, cert } = await developmentCertificate({ host: 'localhost' });
const server = createSecureServer({ key, cert, allowHTTP1: true }, (_request, response) => {
  response.end('hello');
});
await once(server.listen(0), 'listening');
console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, cert }));
