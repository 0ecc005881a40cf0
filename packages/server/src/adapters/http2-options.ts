import type { SecureServerOptions } from 'node:http2';

import type { Limits } from '@blaizejs/types';

// Bytes of header fields that Node takes at least, so that more than a limit can be answered. nghttp2 takes no more
// than 64 KiB of one field, and eight CONTINUATION frames (CVE-2024-27316).
const HEADER_BYTES = 256 * 1024;
const HEADER_PAIRS = 2048;

/** What Node has to know of the limits of HTTP/2. */
export function serverOptions(limits: Limits): SecureServerOptions {
  const options = {
    handshakeTimeout: limits.handshakeTimeout,
    maxSessionMemory: limits.maxSessionMemory,
    // Beyond these, Node resets a stream before anybody hears of it.
    maxHeaderListPairs: Math.max(HEADER_PAIRS, 2 * limits.maxHeadersCount),
    // Node counts these for the whole life of a session, and ends it beyond them.
    maxSessionInvalidFrames: limits.streamResetBurst,
    maxSessionRejectedStreams: limits.streamResetBurst,
    // From Node 22 on; 20 has 1000 and 33. Higher than the limit, so that it is counted where that can be told.
    streamResetBurst: 2 * limits.streamResetBurst,
    streamResetRate: 2 * limits.streamResetRate,
    settings: {
      // RFC 8441; in the first SETTINGS, as clients look there only.
      enableConnectProtocol: true,
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: Math.max(HEADER_BYTES, 2 * limits.maxHeaderSize),
    },
  };
  return options;
}
