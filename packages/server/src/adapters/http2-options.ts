import type { SecureServerOptions } from 'node:http2';

import type { Limits } from '@blaizejs/types';

// Node accepts at least this many bytes of header fields, so that the server can answer a request that exceeds a limit.
// nghttp2 accepts up to 64 KiB per field, and eight CONTINUATION frames (CVE-2024-27316).
const HEADER_BYTES = 256 * 1024;
const HEADER_PAIRS = 2048;

/** Node's options for the limits of HTTP/2. */
export function serverOptions(limits: Limits): SecureServerOptions {
  const options = {
    handshakeTimeout: limits.handshakeTimeout,
    maxSessionMemory: limits.maxSessionMemory,
    // Above this, Node resets a stream before the server learns of it.
    maxHeaderListPairs: Math.max(HEADER_PAIRS, 2 * limits.maxHeadersCount),
    // Node counts these over the whole life of a session, and ends it if there are more.
    maxSessionInvalidFrames: limits.streamResetBurst,
    maxSessionRejectedStreams: limits.streamResetBurst,
    // From Node 22 on; Node 20 always has 1000 and 33. Higher than our limit, so that ours is hit first, and counted.
    streamResetBurst: 2 * limits.streamResetBurst,
    streamResetRate: 2 * limits.streamResetRate,
    settings: {
      // RFC 8441. Clients look for it only in the first SETTINGS.
      enableConnectProtocol: true,
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: Math.max(HEADER_BYTES, 2 * limits.maxHeaderSize),
    },
  };
  return options;
}
