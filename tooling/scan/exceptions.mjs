/** Findings of testssl.sh that are not ours to mend, by its name for them. @type {Readonly<Record<string, string>>} */
export const EXCEPTIONS = {
  cert_chain_of_trust: 'the certificate is made for the scan, and signs itself',
  cert_caIssuers: 'the same',
  cert_crlDistributionPoints: 'the same',
  cert_ocspURL: 'the same',
  cert_revocation: 'the same',
  cert_trust: 'the same: it is for an address, so there is no name to match',
  cert_extlifeSpan: 'the same',
  OCSP_stapling: 'the same: there is nobody to ask',
  DNS_CAArecord: 'an address has no records',
  BREACH: 'the page is compressed, and is the same for everybody: it has no secret',
  LUCKY13: 'it is about ciphers with CBC, and none is offered',
};
