import { createInterface } from 'node:readline';

import { developmentCertificate, type DevelopmentCertificateOptions } from '../../src/index.ts';

// Prints the pair for each line of options.
console.log('"ready"');
for await (const line of createInterface({ input: process.stdin })) {
  const { key, cert } = await developmentCertificate(JSON.parse(line) as DevelopmentCertificateOptions);
  console.log(JSON.stringify({ key, cert }));
}
