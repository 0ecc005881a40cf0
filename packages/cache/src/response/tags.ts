import type { RequestContext } from '@blaizejs/context/internal';

import type { Settings } from './options.ts';
import { wrongResult } from './wrong-result.ts';

const LONGEST = 256;
const MOST = 128;

/** @param list of the visit; undefined if the request does not pass through this cache: tags are checked nevertheless */
export function addTags(list: string[] | undefined, tags: readonly string[]): void {
  for (const tag of tags) {
    assertTag(tag);
    if (!list || list.includes(tag)) continue;
    if (list.length >= MOST) throw new TypeError(`An answer can have ${MOST} tags.`);
    list.push(tag);
  }
}

/** What the option `tags` says of an answer. @throws TypeError if that is no list of tags */
export function tagsBy(option: Settings['tags'], ctx: RequestContext): readonly string[] {
  const tags: unknown = option?.(ctx) ?? [];
  if (!Array.isArray(tags)) throw wrongResult('tags', 'a list of tags', tags);
  for (const tag of tags) assertTag(tag);
  return tags as readonly string[];
}

/** @throws TypeError */
export function assertTag(tag: unknown): asserts tag is string {
  if (typeof tag === 'string' && tag !== '' && tag.length <= LONGEST) return;
  const received =
    typeof tag === 'string' ? JSON.stringify(tag.slice(0, 40)) : `a value of type ${typeof tag}`;
  throw new TypeError(`A tag must be a text of 1 to ${LONGEST} characters, not ${received}.`);
}
