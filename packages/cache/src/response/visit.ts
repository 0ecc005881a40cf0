import type { HeaderFields } from '@blaizejs/types';

import type { CacheControl } from './cache-control.ts';
import type { CacheKey } from './cache-key.ts';
import type { Forwarded } from './cache-status.ts';
import type { Entry } from './entry.ts';
import type { Flight } from './flights.ts';
import type { Asked } from './storable.ts';

/** What a cache knows of one request. */
export interface Visit {
  readonly key: CacheKey;
  readonly directives: CacheControl;
  readonly asked: Asked;
  /** What `purges.now` was when it began, and when that was. */
  readonly began: number;
  readonly since: number;
  /** Given by `cache.tag()`. */
  readonly tags: string[];
  /** How the request was passed on to the handler; undefined if it was not. */
  forwarded?: Handover | undefined;
}

/** How a request was passed on to the handler. */
export interface Handover {
  readonly reason: Forwarded;
  /** Whether the answer may be stored. False for HEAD, and for parts. */
  readonly mayStore: boolean;
  /** Those that wait for it; undefined if nobody may. */
  readonly flight: Flight | undefined;
  readonly flightKey: string;
  /** The stored answer that is stale. */
  readonly entry: Entry | undefined;
  /** The conditions of the client, which the handler does not see. */
  readonly conditions: HeaderFields | undefined;
  /** Whether the handler was asked about the stored answer instead. */
  readonly isValidating: boolean;
  /** The headers that outer middleware had set. */
  readonly before: HeaderFields;
}
