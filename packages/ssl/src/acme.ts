export type { AcmeAccountBinding, AcmeDns, AcmeOptions, KeyPair, LogFunction, Logger } from '@blaizejs/types';
export { AcmeCertificate, type AcmeSettings } from './acme/acme-certificate.ts';
export type { CertificateSource, PemPair } from './certificate-source.ts';
