/**
 * Instructions for making a machine trust a self-signed certificate.
 *
 * @param file absolute
 * @param system linux, macos or windows
 */
export function trustInstructions(file: string, system: string): string {
  const quoted = system === 'windows' ? `"${file}"` : `'${file.replaceAll("'", String.raw`'\''`)}'`;
  const node = system === 'windows' ? NODE_ON_WINDOWS : NODE;
  const steps = { ...BY_SYSTEM[system], ...EVERYWHERE, [NODE_PROGRAMS]: [node] };
  const text = Object.entries(steps).map(([what, how]) => {
    const lines = how.map((line) => `    ${line.replaceAll('FILE', quoted)}`).join('\n');
    return `${what}\n${lines}`;
  });
  return [
    'This certificate is self-signed, and cannot sign others. Trust it only on machines that you develop on.',
    ...text,
  ].join('\n\n');
}

// As a server's certificate, never as an authority: its key must not be able to sign certificates for other names.
const BY_SYSTEM: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  linux: {
    'Chrome, Chromium, Edge (certutil is in libnss3-tools, or nss-tools)': [
      'mkdir -p ~/.pki/nssdb',
      "certutil -d sql:$HOME/.pki/nssdb -A -t 'P,,' -n blaize-development -i FILE",
      '# to undo this',
      'certutil -d sql:$HOME/.pki/nssdb -D -n blaize-development',
    ],
  },
  macos: {
    'Safari, Chrome, Edge': [
      'security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db FILE',
      '# to undo this',
      'security remove-trusted-cert FILE',
    ],
  },
  windows: {
    'Chrome, Edge (PowerShell)': [
      'Import-Certificate -CertStoreLocation Cert:\\CurrentUser\\Root -FilePath FILE',
      '# to undo this',
      "Get-ChildItem Cert:\\CurrentUser\\Root | Where-Object Subject -match 'BlaizeJS development' | Remove-Item",
    ],
  },
};

const EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  Firefox: [
    'Open the server, click "Advanced", then "Accept the Risk and Continue". Firefox remembers this for the server.',
  ],
  curl: ['curl --cacert FILE https://localhost:3000/'],
};

const NODE_PROGRAMS = 'Other Node programs (the server already trusts it)';
const NODE = 'NODE_EXTRA_CA_CERTS=FILE node program.js';
const NODE_ON_WINDOWS = '$env:NODE_EXTRA_CA_CERTS = FILE; node program.js';
