import type { Socket } from 'node:net';

import type { ServerTotals } from '@blaizejs/types';

// Seconds. A handshake takes a round trip, and some milliseconds of work.
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
// OpenSSL has hundreds of codes, and clients choose which ones they cause.
const MAX_CODES = 30;
const OTHER = 'OTHER';

type Counts = Record<string, number>;

// RFC 9113 section 7, by number.
const HTTP2_CODES: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** Counts what happens on the sockets of a server, for all of its endpoints. */
export class Traffic {
  readonly #connections = { 'HTTP/1.1': 0, 'HTTP/2': 0 };
  readonly #open = new Set<Socket>();
  readonly #resets = { client: {} as Counts, server: {} as Counts };
  readonly #goaways = { client: {} as Counts, server: {} as Counts };
  readonly #handshakeCounts = [...BOUNDS, Infinity].map(() => 0);
  readonly #failedHandshakes: Counts = {};
  #handshakeSum = 0;
  #bytesReceived = 0;
  #bytesSent = 0;
  /** Opened and refused HTTP/2 streams. */
  streams = 0;
  refusedStreams = 0;

  /** Counts the bytes of a TCP socket, until it is forgotten. A listener of each socket would take as much memory as the rest. */
  track(socket: Socket): void {
    this.#open.add(socket);
  }

  /** To be called when a socket has closed. Does nothing for one that is not tracked. */
  forget(socket: Socket): void {
    if (!this.#open.delete(socket)) return;
    this.#bytesReceived += socket.bytesRead;
    this.#bytesSent += socket.bytesWritten;
  }

  connected(protocol: 'HTTP/1.1' | 'HTTP/2'): void {
    this.#connections[protocol] += 1;
  }

  reset(by: 'client' | 'server', code: number): void {
    count(this.#resets[by], HTTP2_CODES[code] ?? OTHER);
  }

  goaway(by: 'client' | 'server', code: number): void {
    count(this.#goaways[by], HTTP2_CODES[code] ?? OTHER);
  }

  /** @param milliseconds since the first bytes of the client */
  shookHands(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = at === -1 ? BOUNDS.length : at;
    this.#handshakeCounts[bucket] = (this.#handshakeCounts[bucket] ?? 0) + 1;
    this.#handshakeSum += seconds;
  }

  failedHandshake({ code = OTHER }: NodeJS.ErrnoException): void {
    const isKnown = code in this.#failedHandshakes || Object.keys(this.#failedHandshakes).length < MAX_CODES;
    count(this.#failedHandshakes, isKnown ? code : OTHER);
  }

  totals(): ServerTotals {
    let [bytesReceived, bytesSent] = [this.#bytesReceived, this.#bytesSent];
    for (const { bytesRead, bytesWritten } of this.#open) {
      bytesReceived += bytesRead;
      bytesSent += bytesWritten;
    }
    const { client, server } = this.#resets;
    return {
      connections: { ...this.#connections },
      bytesReceived,
      bytesSent,
      streams: this.streams,
      refusedStreams: this.refusedStreams,
      resets: { client: { ...client }, server: { ...server } },
      goaways: { client: { ...this.#goaways.client }, server: { ...this.#goaways.server } },
      handshakeTimes: { bounds: BOUNDS, counts: [...this.#handshakeCounts], sum: this.#handshakeSum },
      failedHandshakes: { ...this.#failedHandshakes },
    };
  }
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
