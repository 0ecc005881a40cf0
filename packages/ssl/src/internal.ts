/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { namesFor } from './certificate-names.ts';
export { generateCertificate } from './generate-certificate.ts';
