export type { Credentials } from './credentials.ts';
export { developmentCertificate, type DevelopmentCertificateOptions } from './development-certificate.ts';
export { loadCertificate, type CertificateFiles } from './load-certificate.ts';
export { trustCertificate } from './trust-certificate.ts';
export { TlsContexts } from './tls-contexts.ts';
