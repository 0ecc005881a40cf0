/** Findings of testssl.sh that are not ours to mend, by its name for them. @type {Readonly<Record<string, string>>} */
export const EXCEPTIONS = {
  cert_chain_of_trust: 'the certificate is made for the scan, and signs itself',
  cert_revocation: 'the same: there is nobody to ask',
  BREACH: 'the page is compressed, and is the same for everybody: it has no secret',
};
