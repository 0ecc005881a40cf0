import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createSecureContext, type ConnectionOptions } from 'node:tls';

import { beforeAll, expect, test } from 'vitest';

import { AdapterUnderTest } from './adapter-suite.ts';
import { makeCertificate, type Pair } from './certificates.ts';

let usual: Pair;
let challenge: Pair;

beforeAll(async () => {
  [usual, challenge] = await Promise.all([makeCertificate('usual'), makeCertificate('challenge')]);
});

/** The subject and protocol that a client gets. */
async function shown(port: number, options: ConnectionOptions): Promise<[string | undefined, unknown]> {
  const socket = connect({ host: 'localhost', port, rejectUnauthorized: false, ...options });
  try {
    await once(socket, 'secureConnect');
    return [new X509Certificate(socket.getPeerCertificate().raw).subject, socket.alpnProtocol];
  } finally {
    socket.destroy();
  }
}

test('the certificate of a challenge is only for clients that speak nothing but acme-tls/1, and its name', async () => {
  const asked: string[] = [];
  await using app = await AdapterUnderTest.start('HTTP/2', () => undefined, {
    certificate: usual,
    tls: {
      challenge: (name) => {
        asked.push(name);
        return name === 'a.example' ? createSecureContext(challenge) : undefined;
      },
    },
  });
  const { port } = app;
  const only = ['acme-tls/1'];
  expect(await shown(port, { servername: 'a.example', ALPNProtocols: only })).toEqual([
    'CN=challenge',
    'acme-tls/1',
  ]);
  expect(asked).toEqual(['a.example']);
  await expect(shown(port, { servername: 'b.example', ALPNProtocols: only })).rejects.toThrow();
  await expect(shown(port, { ALPNProtocols: only })).rejects.toThrow();
  for (const ALPNProtocols of [['h2'], ['http/1.1'], ['acme-tls/1', 'h2'], ['h2', 'acme-tls/1']]) {
    const [subject, protocol] = await shown(port, { servername: 'a.example', ALPNProtocols });
    expect([subject, protocol]).toEqual(['CN=usual', ALPNProtocols.find((each) => each !== 'acme-tls/1')]);
  }
  expect(await shown(port, { servername: 'a.example' })).toEqual(['CN=usual', false]);
});
