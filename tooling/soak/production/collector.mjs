/** A collector of traces, in OpenTelemetry's protocol (OTLP) over HTTP with JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';

// Of a span that is about a request to a server.
const SERVER = 2;

/**
 * @typedef {object} Span
 * @property {string} instance the process
 * @property {string} route
 * @property {number} status of the answer
 * @property {number} at when it began, in milliseconds since the epoch
 * @property {number} end
 */

export class Collector {
  #server = createServer((request, response) => void this.#receive(request, response));
  /** @type {Map<string, Span[]>} the spans of each trace */
  traces = new Map();

  /** @returns {Promise<string>} its URL */
  async start() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  stop() {
    this.#server.close().closeAllConnections();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #receive(request, response) {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      const instance = String(attributesOf(resource)['service.instance.id']);
      for (const span of scopeSpans.flatMap((/** @type {any} */ scope) => scope.spans)) {
        if (span.kind === SERVER) this.#add(span, instance);
      }
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }

  /** @param {any} span @param {string} instance */
  #add(span, instance) {
    const { 'http.route': route, 'http.response.status_code': status } = attributesOf(span);
    const spans = this.traces.get(span.traceId) ?? [];
    const [at, end] = [span.startTimeUnixNano, span.endTimeUnixNano].map((time) => Number(time) / 1e6);
    spans.push({
      instance,
      route: String(route),
      status: Number(status),
      at: at ?? 0,
      end: end ?? 0,
    });
    this.traces.set(span.traceId, spans);
  }
}

/** @param {{ attributes: { key: string, value: Record<string, unknown> }[] }} from */
function attributesOf({ attributes }) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
