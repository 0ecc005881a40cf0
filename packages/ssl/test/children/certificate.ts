import { createInterface } from 'node:readline';

import { developmentCertificate, type DevelopmentCertificateOptions } from '../../src/index.ts';

// For each line with options: says which pair it got.
console.log('"ready"');
for await (const line of createInterface({ input: process.stdin })) {
  const { key, cert } = await developmentCertificate(JSON.parse(line) as DevelopmentCertificateOptions);
  console.log(JSON.stringify({ key, cert }));
}
