import type { RequestContext } from '@blaizejs/context/internal';

/** Why a request was passed on to the handler (RFC 9211 section 2.2). */
export type Forwarded = 'bypass' | 'method' | 'request' | 'stale' | 'uri-miss' | 'vary-miss';

/** What `Cache-Status` says. */
export interface CacheStatus {
  /** Seconds for which the answer is still fresh; only for hits. */
  readonly ttl?: number;
  readonly forwarded?: Forwarded;
  readonly forwardedStatus?: number;
  readonly isStored?: boolean;
  readonly isCollapsed?: boolean;
  readonly detail?: string;
}

/** Adds to `Cache-Status` (RFC 9211): the cache that is nearest to the client comes last. */
export function addCacheStatus(
  { response }: RequestContext,
  name: string | false,
  status: CacheStatus,
): void {
  if (name === false) return;
  const { ttl, forwarded, forwardedStatus, isStored, isCollapsed, detail } = status;
  let text = name;
  if (forwarded === undefined) text += `; hit${ttl === undefined ? '' : `; ttl=${ttl}`}`;
  else {
    text += `; fwd=${forwarded}`;
    if (forwardedStatus !== undefined) text += `; fwd-status=${forwardedStatus}`;
    if (isStored) text += '; stored';
    if (isCollapsed) text += '; collapsed';
  }
  if (detail !== undefined) text += `; detail=${detail}`;
  const { fields } = response;
  const before = fields['cache-status'];
  if (before === undefined) fields['cache-status'] = text;
  else fields['cache-status'] = `${Array.isArray(before) ? before.join(', ') : before}, ${text}`;
}
