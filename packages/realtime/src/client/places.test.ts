import { expect, test } from 'vitest';

import { readResumption } from '../websocket/resumption.ts';
import { Places } from './places.ts';

const asked = (places: Places, url = 'wss://localhost/x'): ReturnType<typeof readResumption> =>
  readResumption(new URL(places.addTo(url)).searchParams.get('resume'));

test('names the last id of each room, as the server reads it', () => {
  const places = new Places();
  expect(asked(places)?.after).toEqual(new Map());
  expect(places.take('#abc-1@a {"x":1}')).toEqual({ room: 'a', json: '{"x":1}', isReset: false });
  expect(places.take('#abc-7@%C3%BCber%20%40%2C')).toEqual({
    room: 'über @,',
    json: undefined,
    isReset: false,
  });
  expect(places.take('#!abc-9@a')).toEqual({ room: 'a', json: undefined, isReset: true });
  const resumption = asked(places, 'wss://localhost/x?y=1');
  expect(resumption?.after).toEqual(
    new Map([
      ['über @,', { epoch: 'abc', number: 7 }],
      ['a', { epoch: 'abc', number: 9 }],
    ]),
  );
  expect(asked(places)?.client).toBe(resumption?.client);
  expect(asked(new Places())?.client).not.toBe(resumption?.client);
});

test.each([
  '{"x":1}',
  '#',
  '# 1',
  '#abc@a 1',
  '#abc-x@a',
  '"#abc-1@a"',
  '?1 a',
  '#abc-1@a\t1',
  '#abc-1@%',
  '#!abc-1@%ff',
])('%j is no mark', (text) => {
  const places = new Places();
  expect(places.take(text)).toBeUndefined();
  expect(asked(places)?.after.size).toBe(0);
});

test('forgets the rooms that have been quiet for longest, so that the URL stays short', () => {
  const places = new Places();
  for (let n = 0; n < 200; n++) places.take(`#abc-${n}@room-${n} 1`);
  expect([...(asked(places)?.after.keys() ?? [])]).toEqual(
    Array.from({ length: 50 }, (_, n) => `room-${150 + n}`),
  );
  for (let n = 0; n < 50; n++) places.take(`#abc-${n}@${'x'.repeat(500)}${n}`);
  expect(places.addTo('wss://localhost').length).toBeLessThan(4100);
  expect(asked(places)?.after.size).toBeGreaterThan(3);
});
