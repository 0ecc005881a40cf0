// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- those who check these sources need it, too
/// <reference path="./ws.d.ts" />
import { createHash } from 'node:crypto';

import { BadRequestError, ForbiddenError, HttpError, NotImplementedError } from '@blaizejs/errors';
import type { AnyContext, ContextRequest, RequestTunnel } from '@blaizejs/types';
import { extension, PerMessageDeflate, subprotocol } from 'ws';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
// 16 bytes (RFC 6455 section 4.1).
const KEY = /^[+/\dA-Za-z]{21}[AQgw]==$/;
const VERSION = '13';
const DEFLATE = 'permessage-deflate';

/** What a route requires of a handshake. */
export interface HandshakeSettings {
  readonly protocols: readonly string[];
  /** Whether pages of another origin may connect. */
  readonly isTrusted: (origin: string) => boolean;
  readonly compresses: boolean;
}

/** A handshake that can be accepted. */
export interface Handshake {
  readonly tunnel: RequestTunnel;
  /** The headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** The subprotocol; empty for none. */
  readonly protocol: string;
  readonly deflates: boolean;
}

type Request = ContextRequest<unknown, unknown, unknown, unknown, unknown>;

/**
 * Reads a handshake (RFC 6455 section 4.2; RFC 8441 section 5 over HTTP/2).
 *
 * @throws HttpError 400, 403 or 426 for one that must not be accepted
 */
export function readHandshake(
  { request }: Pick<AnyContext, 'request'>,
  settings: HandshakeSettings,
): Handshake {
  const { tunnel } = request;
  if (!tunnel) throw refuseWithoutTunnel(request);
  assertVersion(request);
  const headers: Record<string, string> = {};
  // Over HTTP/2, there is no key: nothing but an extended CONNECT can be taken for one.
  if (!request.isHttp2) headers['sec-websocket-accept'] = acceptKey(request);
  else if ((request.header('content-length') ?? '0') !== '0') throw malformed('A CONNECT has no content.');
  assertOrigin(request, settings.isTrusted);
  const protocol = chooseProtocol(request, settings.protocols);
  if (protocol !== '') headers['sec-websocket-protocol'] = protocol;
  const answer = settings.compresses ? chooseDeflate(request) : undefined;
  if (answer !== undefined) headers['sec-websocket-extensions'] = answer;
  return { tunnel, headers, protocol, deflates: answer !== undefined };
}

function malformed(message: string): BadRequestError {
  return new BadRequestError(message, { code: 'ERR_BLAIZE_WEBSOCKET_HANDSHAKE' });
}

function refuseWithoutTunnel(request: Request): HttpError {
  if (request.isHttp2) {
    return malformed('Only WebSockets are served here. Over HTTP/2, they begin with CONNECT (RFC 8441).');
  }
  if (request.header('upgrade')?.toLowerCase() === 'websocket') {
    // From `app.fetch()`: a worker, Lambda, Deno or Bun.
    if (request.raw instanceof globalThis.Request) {
      return new NotImplementedError('WebSockets need a server from createServer(); here is none.');
    }
    return malformed(
      'A WebSocket handshake is an HTTP/1.1 GET with `Connection: Upgrade`, without content or Expect, and the only request in flight.',
    );
  }
  return new HttpError(426, 'Only WebSockets are served here.', {
    headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': VERSION },
  });
}

function assertVersion(request: Request): void {
  const version = request.header('sec-websocket-version');
  if (version === VERSION) return;
  const named = version === undefined ? 'none' : JSON.stringify(version.slice(0, 40));
  throw new HttpError(426, `The version of WebSocket here is ${VERSION}; the handshake names ${named}.`, {
    headers: {
      'sec-websocket-version': VERSION,
      ...(!request.isHttp2 && { upgrade: 'websocket' }),
    },
  });
}

function acceptKey(request: Request): string {
  const key = request.header('sec-websocket-key');
  if (key === undefined || !KEY.test(key)) {
    throw malformed('Sec-WebSocket-Key has to be 16 bytes in base64.');
  }
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** Browsers let any page connect, with cookies, so the server has to refuse (RFC 6455 section 10.2). */
function assertOrigin(request: Request, isTrusted: (origin: string) => boolean): void {
  const origin = request.header('origin');
  // Clients that are no browsers send none.
  if (origin === undefined || origin === request.url.origin || isTrusted(origin)) return;
  const message = `Pages of ${JSON.stringify(origin.slice(0, 200))} may not connect to ${request.url.origin}.`;
  throw new ForbiddenError(message, { code: 'ERR_BLAIZE_WEBSOCKET_ORIGIN' });
}

function chooseProtocol(request: Request, known: readonly string[]): string {
  const header = request.header('sec-websocket-protocol');
  if (header === undefined) return '';
  try {
    for (const offered of subprotocol.parse(header)) if (known.includes(offered)) return offered;
  } catch {
    throw malformed('Sec-WebSocket-Protocol has to be a list of tokens.');
  }
  return '';
}

/** @returns the answer to the first offer that can be met; undefined if there is none */
function chooseDeflate(request: Request): string | undefined {
  const header = request.header('sec-websocket-extensions');
  if (header === undefined) return undefined;
  let offers;
  try {
    offers = extension.parse(header)[DEFLATE] ?? [];
  } catch {
    throw malformed('Sec-WebSocket-Extensions is not valid.');
  }
  for (const offer of offers) {
    try {
      // No window is kept, so all connections can be sent the same bytes. That needs a window of the usual size.
      const deflate = new PerMessageDeflate({
        isServer: true,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: false,
      });
      return extension.format({ [DEFLATE]: [deflate.accept([offer])] });
    } catch {
      // An offer that is not valid, or cannot be met, is declined (RFC 7692 section 5.1). The next one may be better.
    }
  }
  return undefined;
}
