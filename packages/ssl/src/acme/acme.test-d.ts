import type { Logger } from '@blaizejs/types';

import { AcmeCertificate, type AcmeOptions } from '../acme.ts';

declare const log: Logger;

new AcmeCertificate({ domains: ['example.org'] }, { log });
new AcmeCertificate({ domains: ['*.example.org'], dns: { set: async () => {}, remove: () => {} } }, { log });

const options: AcmeOptions = {
  domains: ['example.org'],
  challenges: ['http-01'],
  eab: { kid: 'a', hmacKey: 'b' },
};
new AcmeCertificate(options, { log });

// @ts-expect-error: DNS-01 comes with `dns`
new AcmeCertificate({ domains: ['example.org'], challenges: ['dns-01'] }, { log });
// @ts-expect-error: names are required
new AcmeCertificate({}, { log });
