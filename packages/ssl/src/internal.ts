/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { acmeOptions } from './acme/acme-options.ts';
export { namesFor } from './certificate-names.ts';
export type { CertificateSource } from './certificate-source.ts';
export { identityOf } from './client-identity.ts';
export { generateCertificate } from './generate-certificate.ts';
export { hasSharedTicketKeys, onSharedTicketKeys } from './ticket-keys.ts';
export { FilePoll } from './poll-files.ts';
