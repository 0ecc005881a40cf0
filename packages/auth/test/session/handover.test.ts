import { expect, test } from 'vitest';

import type { KeyValueStore } from '@blaizejs/types';

import type { SessionOptions } from '../../src/session.ts';
import { type Data, Gate, type Place, SECRET, Site, WatchedStore } from './site.ts';

/** Another store of the same entries, as another process has it. */
const viewOf = (shared: WatchedStore): KeyValueStore => ({
  get: (key) => shared.get(key),
  set: (key, value) => shared.set(key, value),
  delete: (key) => shared.delete(key),
  deleteTag: (tag) => shared.deleteTag(tag),
});

const OPTIONS: Record<Place, (shared: WatchedStore) => SessionOptions<Data>> = {
  'in a store': (shared) => ({ store: viewOf(shared) }),
  'in a cookie': (shared) => ({ secret: SECRET, revocations: viewOf(shared) }),
};

const CALLS = ['get', 'set', 'delete'].flatMap((method) => [1, 2, 3, 4].map((nth) => ({ method, nth })));
const CASES = (Object.keys(OPTIONS) as Place[]).flatMap((place) =>
  (['/sign-in', '/sign-out'] as const).flatMap((slow) => CALLS.map((call) => ({ place, slow, ...call }))),
);

test.each(CASES)(
  '$place, whoever signs out while another process signs in is out, if $slow stops at $method() number $nth',
  async ({ place, slow, method, nth }) => {
    const shared = new WatchedStore();
    await using one = await Site.start(OPTIONS[place](shared));
    await using two = await Site.start(OPTIONS[place](shared));
    const browser = one.browser('in process');
    await browser.send('/set?cart=cat');
    const [stopped, other] = [browser.copy(), two.browser('in process')];
    other.cookies.set('__Host-session', browser.cookies.get('__Host-session') ?? '');
    const gate = new Gate();
    let count = 0;
    let done = false;
    shared.before = (called) => {
      if (done || called !== method || ++count !== nth) return;
      done = true;
      return gate.pass();
    };
    const running = stopped.send(slow);
    // With fewer calls, they run one after the other.
    await Promise.race([gate.arrival, running]);
    done = true;
    const wasOver = (await other.copy().get('cart')) === null;
    await other.send(slow === '/sign-in' ? '/sign-out' : '/sign-in');
    gate.open();
    await running;
    const after = [await browser.get('user'), await stopped.get('user'), await other.get('user')];
    // Who signs in after that begins another session.
    expect(after).toEqual([null, null, slow === '/sign-out' && wasOver ? 'ada' : null]);
  },
);
