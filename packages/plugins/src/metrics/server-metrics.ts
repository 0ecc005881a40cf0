import type { PluginTarget, ServerTotals } from '@blaizejs/types';

import {
  counter,
  counterBy,
  gauge,
  histogramSamples,
  type MetricFamily,
  type MetricSample,
} from './family.ts';

/** What the server counts by itself. An app without sockets has only its limits. */
export function serverFamilies({ limitHits, statistics }: PluginTarget): MetricFamily[] {
  const limits = counterBy(
    'blaizejs_limit_hits_total',
    'How often clients have exceeded a limit, by the name of the option.',
    'limit',
    limitHits,
  );
  if (!statistics) return [limits];
  const {
    connections,
    sessions,
    streams,
    stalledStreams,
    handshakes,
    certificates,
    certificateReloads,
    totals,
  } = statistics;
  return [
    limits,
    gauge('blaizejs_open_connections', 'Open sockets, including those of HTTP/2.', connections),
    counterBy(
      'blaizejs_connections_total',
      'Connections by the version of HTTP that their client has chosen.',
      'network_protocol_version',
      { '1.1': totals.connections['HTTP/1.1'], '2': totals.connections['HTTP/2'] },
    ),
    counter(
      'blaizejs_network_receive_bytes_total',
      'Bytes received on the wire, with TLS and framing.',
      totals.bytesReceived,
    ),
    counter(
      'blaizejs_network_transmit_bytes_total',
      'Bytes sent on the wire, with TLS and framing.',
      totals.bytesSent,
    ),
    gauge('blaizejs_http2_open_sessions', 'Open HTTP/2 connections.', sessions),
    gauge('blaizejs_http2_open_streams', 'Open HTTP/2 streams.', streams),
    gauge(
      'blaizejs_http2_stalled_streams',
      'Open HTTP/2 streams whose client does not read: its flow-control window is exhausted.',
      stalledStreams,
    ),
    counter('blaizejs_http2_streams_total', 'HTTP/2 streams that clients have opened.', totals.streams),
    counter(
      'blaizejs_http2_refused_streams_total',
      'HTTP/2 streams that the server has refused.',
      totals.refusedStreams,
    ),
    bySide(
      'blaizejs_http2_resets_total',
      'HTTP/2 streams that were reset, by the side that caused it.',
      totals.resets,
    ),
    bySide(
      'blaizejs_http2_goaways_total',
      'HTTP/2 connections whose end was announced (GOAWAY), by the side that did.',
      totals.goaways,
    ),
    gauge('blaizejs_tls_open_handshakes', 'TLS handshakes in progress.', handshakes),
    {
      name: 'blaizejs_tls_handshake_duration_seconds',
      help: 'Duration of TLS handshakes that succeeded.',
      type: 'histogram',
      samples: histogramSamples(
        {},
        totals.handshakeTimes.bounds,
        totals.handshakeTimes.counts,
        totals.handshakeTimes.sum,
      ),
    },
    counterBy(
      'blaizejs_tls_handshake_failures_total',
      'TLS handshakes that failed.',
      'code',
      totals.failedHandshakes,
    ),
    {
      name: 'blaizejs_tls_certificate_not_after_timestamp_seconds',
      help: 'When a certificate expires, in Unix time.',
      type: 'gauge',
      // A worker that still has the old one is what to know about.
      aggregate: 'min',
      samples: firstToExpire(certificates),
    },
    counterBy(
      'blaizejs_tls_certificate_reloads_total',
      'Changed certificate files that are in use, or could not be used.',
      'result',
      certificateReloads,
    ),
  ];
}

/** Two certificates may have the same names. The one that expires first matters. */
function firstToExpire(
  certificates: readonly { names: readonly string[]; notAfter: Date }[],
): MetricSample[] {
  const times = new Map<string, number>();
  for (const { names, notAfter } of certificates) {
    const name = names.join(' ');
    times.set(name, Math.min(times.get(name) ?? Infinity, notAfter.getTime() / 1000));
  }
  return [...times].map(([name, value]) => ({ labels: { name }, value }));
}

function bySide(name: string, help: string, sides: ServerTotals['resets']): MetricFamily {
  const samples = Object.entries(sides).flatMap(([side, codes]) =>
    Object.entries(codes).map(([code, value]) => ({ labels: { side, code }, value })),
  );
  return { name, help, type: 'counter', samples };
}
