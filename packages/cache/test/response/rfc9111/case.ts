/** Headers as a test writes them. A number is a date, in seconds from now. Several values are several lines. */
export type Given = Readonly<Record<string, string | number | readonly string[]>>;

/** One request, what the handler would answer, and where the answer must come from. */
export interface Step {
  /** Seconds that pass before it. */
  readonly after?: number;
  readonly method?: string;
  /** What follows the path of the case: `/other` or `?a=1`. */
  readonly at?: string;
  readonly send?: Given;
  readonly status?: number;
  readonly answer?: Given;
  readonly body?: string;
  /** `'validated'`: the handler has to be asked with the stored validators, and says 304. `'failed'`: it breaks off. */
  readonly from: 'handler' | 'cache' | 'validated';
  readonly fails?: boolean;
  /** The status that the client gets. Default: that of the answer. */
  readonly is?: number;
  readonly has?: Given;
  readonly lacks?: readonly string[];
  readonly text?: string;
  /** The least `Age`. */
  readonly age?: number;
}

/** A case of the public test suite for HTTP caches, by its id. */
export type Case = readonly [id: string, ...steps: Step[]];

/** The first request: it always runs the handler. */
export function first(answer: Given = {}, more: Partial<Step> = {}): Step {
  return { from: 'handler', answer, ...more };
}

/** Three seconds later, the same request. */
export function later(from: Step['from'], more: Partial<Step> = {}): Step {
  return { after: 3, from, ...more };
}

/** At once, the same request. */
export function again(from: Step['from'], more: Partial<Step> = {}): Step {
  return { from, ...more };
}

/** A case of two requests, of which the second comes three seconds later. */
export function pair(id: string, answer: Given, from: Step['from'], more: Partial<Step> = {}): Case {
  return [id, first(answer), later(from, more)];
}

/** The same, but with a `Cache-Control` only. */
export function control(id: string, cacheControl: string | readonly string[], from: Step['from']): Case {
  return pair(id, { 'cache-control': cacheControl }, from);
}
