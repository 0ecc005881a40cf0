import type { RequestContext } from '@blaizejs/context/internal';
import type { App, Outcome, RouteInfo } from '@blaizejs/types';

import { KNOWN_METHODS, OTHER_METHOD } from '../known-methods.ts';
import { type Exemplar, histogramSamples, type Labels, type MetricFamily } from './family.ts';

/** The buckets that OpenTelemetry's semantic conventions give for durations of HTTP requests, in seconds. */
export const BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** What the channel `blaizejs.request` publishes, as far as it is needed here. */
export interface Trace {
  readonly app: App;
  readonly ctx: RequestContext;
  readonly outcome?: Outcome;
}

/** Numbers of the requests that have the same labels. */
interface Series {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  /** By bucket, as soon as there is one. */
  exemplars: (Exemplar | undefined)[] | undefined;
  received: number;
  sent: number;
}

/** The requests in flight that have the same labels. */
interface Active {
  count: number;
}

/** The series of a route, and the one that was last found: most answers of a route are alike. */
interface RouteSeries {
  readonly all: Map<string, Series>;
  last: Series | undefined;
  /** What the last one was found by. */
  method: string;
  status: number;
  aborted: boolean;
  protocol: string;
  scheme: string;
}

/**
 * Counts requests. A request costs two look-ups and some additions: the labels of a series are made once, and a key with their
 * values only if it is not the series of the route's last answer.
 */
export class RequestMetrics {
  readonly #bounds: readonly number[];
  /** In milliseconds. */
  readonly #limits: readonly number[];
  readonly #series = new Map<string, Series>();
  /** What was found by the route's own object, which is cheaper than a text with the pattern in it. */
  readonly #byRoute = new WeakMap<RouteInfo, RouteSeries>();
  readonly #unrouted = routeSeries();
  readonly #active = { http: new Map<string, Active>(), https: new Map<string, Active>() };

  /** @param bounds of the buckets, in seconds */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#limits = bounds.map((bound) => bound * 1000);
  }

  begin({ exchange }: RequestContext): void {
    this.#activeOf(exchange).count += 1;
  }

  end({ exchange, span }: RequestContext, outcome: Outcome): void {
    this.#activeOf(exchange).count -= 1;
    const series = this.#find(exchange, outcome);
    const { duration, bytes } = outcome;
    const limits = this.#limits;
    let bucket = 0;
    while (bucket < limits.length && duration > (limits[bucket] as number)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] as number) + 1;
    series.sum += duration / 1000;
    series.sent += bytes;
    if (span?.sampled) {
      const { traceId, spanId } = span;
      (series.exemplars ??= [])[bucket] = { traceId, spanId, value: duration / 1000, time: Date.now() };
    }
    if (exchange.hasBody) series.received += toLength(exchange.headers['content-length']);
  }

  families(): MetricFamily[] {
    const all = [...this.#series.values()];
    const active = Object.entries(this.#active).flatMap(([scheme, methods]) =>
      [...methods].map(([method, { count: value }]) => ({
        labels: { http_request_method: method, url_scheme: scheme },
        value,
      })),
    );
    return [
      {
        name: 'http_server_request_duration_seconds',
        help: 'Duration of HTTP server requests.',
        type: 'histogram',
        samples: all.flatMap(({ labels, counts, sum, exemplars }) =>
          histogramSamples(labels, this.#bounds, counts, sum, exemplars),
        ),
      },
      {
        name: 'http_server_active_requests',
        help: 'Number of HTTP server requests in flight.',
        type: 'gauge',
        samples: active,
      },
      {
        name: 'http_server_request_body_bytes_total',
        help: 'Bytes that requests have announced as their Content-Length.',
        type: 'counter',
        samples: all.map(({ labels, received: value }) => ({ labels, value })),
      },
      {
        name: 'http_server_response_body_bytes_total',
        help: 'Bytes of the bodies that were sent, before TLS and framing.',
        type: 'counter',
        samples: all.map(({ labels, sent: value }) => ({ labels, value })),
      },
    ];
  }

  #activeOf({ method, scheme }: RequestContext['exchange']): Active {
    const all = this.#active[scheme];
    let active = all.get(method) ?? all.get(toMethod(method));
    if (!active) all.set(toMethod(method), (active = { count: 0 }));
    return active;
  }

  #find({ method, protocol, scheme }: RequestContext['exchange'], outcome: Outcome): Series {
    const { route, status, aborted } = outcome;
    let known = this.#unrouted;
    if (route) {
      const own = this.#byRoute.get(route);
      if (own) known = own;
      else this.#byRoute.set(route, (known = routeSeries()));
    }
    if (
      known.last &&
      known.method === method &&
      known.status === status &&
      known.protocol === protocol &&
      known.scheme === scheme &&
      known.aborted === aborted
    ) {
      return known.last;
    }
    // Without a route, any method can be tried on any path: these are one series.
    const name = !route && status === 404 ? OTHER_METHOD : toMethod(method);
    const key = `${name} ${status}${aborted ? '!' : ' '}${protocol}${scheme}`;
    let series = known.all.get(key);
    if (!series) {
      series = this.#make({
        http_request_method: name,
        http_route: route?.pattern ?? '',
        http_response_status_code: status === 0 ? '' : String(status),
        network_protocol_version: protocol.slice('HTTP/'.length),
        url_scheme: scheme,
        error_type: aborted ? 'aborted' : status >= 500 ? String(status) : '',
      });
      known.all.set(key, series);
    }
    return Object.assign(known, { last: series, method, status, aborted, protocol, scheme }).last;
  }

  /** A reload makes new objects of the same routes: they share the series of the old ones. */
  #make(labels: Labels): Series {
    const key = Object.values(labels).join('\n');
    let series = this.#series.get(key);
    if (!series) {
      const counts = [...this.#bounds, 0].map(() => 0);
      series = { labels, counts, sum: 0, exemplars: undefined, received: 0, sent: 0 };
      this.#series.set(key, series);
    }
    return series;
  }
}

function routeSeries(): RouteSeries {
  const none = { method: '', status: 0, aborted: false, protocol: '', scheme: '' };
  return { all: new Map(), last: undefined, ...none };
}

function toMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
}

function toLength(header: string | string[] | undefined): number {
  const length = Number(header);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
