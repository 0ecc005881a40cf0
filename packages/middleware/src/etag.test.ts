import { expect, test } from 'vitest';

import { etag } from './etag.ts';

test('every problem of the options is reported at once', () => {
  const given: object = { weak: 'yes', maxSize: 1.5, maxsize: 1 };
  expect(() => etag(given)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: `The options of etag() have 3 problems:
  - weak: expected true or false, received "yes"
  - maxSize: expected a whole number of bytes, received 1.5
  - maxsize: expected one of the options weak, maxSize, received 1. Did you mean \`maxSize\`?`,
    }) as Error,
  );
});

test('it costs nothing on the way in', () => {
  expect(Object.keys(etag())).toEqual(['name', 'onSend']);
});
