import { once } from 'node:events';

import { developmentCertificate } from '../../src/index.ts';

// Says "ready", waits for a line, and says which certificate it got.
console.log('"ready"');
await once(process.stdin, 'data');
const { key, cert } = await developmentCertificate({ host: process.argv[2] ?? 'localhost' });
console.log(JSON.stringify({ key, cert }));
process.stdin.unref();
