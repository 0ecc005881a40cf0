export type { KeyPair, TlsOptions, TlsUpdate } from '@blaizejs/types';
export { isClientAuthorized } from './client-authorized.ts';
export type { Credentials, FileCredentials } from './credentials.ts';
export { developmentCertificate, type DevelopmentCertificateOptions } from './development-certificate.ts';
export { loadCertificate, type CertificateFiles } from './load-certificate.ts';
export { shareTicketKeys } from './ticket-keys.ts';
export { TlsContexts, type CertificateInfo } from './tls-contexts.ts';
export { trustCertificate } from './trust-certificate.ts';
