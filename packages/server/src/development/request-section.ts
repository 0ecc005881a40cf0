import { inspect } from 'node:util';

import type { RequestContext } from '@blaizejs/context/internal';

import { type Html, markup, nothing } from './markup.ts';
import { redact, redactTarget } from './redact.ts';

type Row = readonly [name: string, value: string];

/** The request, without credentials. */
export function requestSection({ request, exchange }: RequestContext): Html {
  const params = Object.fromEntries(
    Object.entries(request.params).map(([name, value]) => [name, toText(value)]),
  );
  const target = redactTarget(exchange.target, params);
  const facts: Row[] = [
    ['Request', `${request.method} ${target}`],
    ['Server', `${request.url.origin}, ${request.protocol}`],
    ['Correlation id', redact('', request.correlationId)],
  ];
  const named = Object.entries(params).map(([name, value]): Row => [name, redact(name, value)]);
  const fields = [...request.headers].map(([name, value]): Row => [name, redact(name, value)]);
  return markup`<h2>Request</h2>
    <div class="card">${table(facts)}</div>
    ${
      named.length > 0
        ? markup`<h2>Parameters</h2>
            <div class="card">${table(named)}</div>`
        : nothing
    }
    <h2>Header fields</h2>
    <div class="card">${table(fields)}</div>`;
}

// A schema may have turned a parameter into any value.
function toText(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 1, customInspect: false });
}

function table(rows: readonly Row[]): Html {
  return markup`<table>
    ${rows.map(
      ([name, value]) =>
        markup`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr>`,
    )}
  </table>`;
}
