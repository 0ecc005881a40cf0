import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A push that arrived: its headers, and what only the browser of the subscription can read. */
export interface ReceivedPush {
  readonly headers: IncomingHttpHeaders;
  readonly message: unknown;
  readonly time: number;
}

/** A browser's subscription at a {@link PushService}. */
export class BrowserSubscription {
  readonly received: ReceivedPush[] = [];
  /** What the service answers next; 201 if there is nothing. */
  readonly answers: { readonly status: number; readonly headers?: Record<string, string> }[] = [];
  /** How often it was asked, whatever it answered. */
  asked = 0;
  readonly endpoint: string;
  readonly #key: ECDH = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#key.generateKeys();
  }

  /** As `PushSubscription.toJSON()` has it. */
  toJSON(): object {
    const keys = { p256dh: this.#key.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
    return { endpoint: this.endpoint, keys };
  }

  /** RFC 8291 section 3, in one record of RFC 8188. */
  decrypt(content: Buffer): string {
    const idLength = content.readUInt8(20);
    const salt = content.subarray(0, 16);
    const sender = content.subarray(21, 21 + idLength);
    const sealed = content.subarray(21 + idLength);
    if (sealed.length > content.readUInt32BE(16)) throw new Error('There is more than one record.');
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#key.getPublicKey(), sender]);
    const secret = derive(this.#key.computeSecret(sender), this.#auth, info, 32);
    const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    if (end === -1 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('No delimiter.');
    return padded.subarray(0, end).toString();
  }
}

/** The push service of a browser (RFC 8030). It takes what is signed by one application server (RFC 8292), and is for one browser. */
export class PushService implements AsyncDisposable {
  readonly #server: Server;
  readonly #publicKey: string;
  readonly #subscriptions = new Map<string, BrowserSubscription>();

  private constructor(server: Server, publicKey: string) {
    this.#server = server;
    this.#publicKey = publicKey;
  }

  static async start(pem: { readonly key: Buffer; readonly cert: Buffer }, publicKey: string) {
    const server = createServer(pem);
    const service = new PushService(server, publicKey);
    server.on('request', (request, response) => {
      void buffer(request).then((content) => {
        const { status, headers = {} } = service.#take(request.url ?? '', request.headers, content);
        response.writeHead(status, headers).end();
      });
    });
    await once(server.listen(0, 'localhost'), 'listening');
    return service;
  }

  get origin(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A browser subscribes. */
  subscribe(): BrowserSubscription {
    const path = `/push/${randomBytes(8).toString('hex')}`;
    const subscription = new BrowserSubscription(this.origin + path);
    this.#subscriptions.set(path, subscription);
    return subscription;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #take(path: string, headers: IncomingHttpHeaders, content: Buffer): BrowserSubscription['answers'][number] {
    const subscription = this.#subscriptions.get(path);
    if (!subscription) return { status: 404 };
    if (!this.#isSigned(headers.authorization ?? '')) return { status: 403 };
    if (headers['content-encoding'] !== 'aes128gcm' || !/^\d+$/.test(String(headers['ttl'])))
      return { status: 400 };
    subscription.asked += 1;
    const answer = subscription.answers.shift() ?? { status: 201 };
    if (answer.status === 201) {
      const message = JSON.parse(subscription.decrypt(content)) as unknown;
      subscription.received.push({ headers, message, time: Date.now() });
    }
    return answer;
  }

  /** RFC 8292 section 2 and 3: a token for this service, signed with the key that the browser knows. */
  #isSigned(authorization: string): boolean {
    const [, token = '', key] = /^vapid t=([\w.-]+), *k=([\w-]+)$/.exec(authorization) ?? [];
    const [head = '', claims = '', signature = ''] = token.split('.');
    if (key !== this.#publicKey) return false;
    const point = Buffer.from(key, 'base64url');
    const [x = '', y = ''] = [point.subarray(1, 33), point.subarray(33)].map((each) =>
      each.toString('base64url'),
    );
    const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    const isGenuine = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const left = Number(exp) - Date.now() / 1000;
    return (
      isGenuine && aud === this.origin && left > 0 && left <= 86_400 && /^(mailto|https):/.test(String(sub))
    );
  }
}

function derive(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length));
}
