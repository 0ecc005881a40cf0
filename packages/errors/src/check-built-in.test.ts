import { expect, test } from 'vitest';

import { checkBuiltIn, flag, options, orElse, positive } from './check.ts';

const check = options({ on: orElse(flag, true), size: orElse(positive, 1) }, 'an object of options');

test('fills in the defaults', () => {
  expect(checkBuiltIn('thing', check, { size: 2 })).toEqual({ on: true, size: 2 });
});

test('lists every problem, with the name of the function', () => {
  expect(() => checkBuiltIn('thing', check, { on: 1, sise: 2 })).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message:
        'The options of thing() have 2 problems:\n' +
        '  - on: expected true or false, received 1\n' +
        '  - sise: expected one of the options on, size, received 2. Did you mean `size`?',
    }),
  );
});

test('says what to pass instead of something that is no object', () => {
  expect(() => checkBuiltIn('thing', check, 3)).toThrow(
    'The options of thing() have 1 problem:\n  - options: expected an object of options, received 3',
  );
});

test('says to call what was added to a list without being called', () => {
  const context = { request: {}, response: {}, state: {}, on: 1 };
  expect(() => checkBuiltIn('thing', check, context)).toThrow(
    'thing() expects options, and received the context of a request: ' +
      'call it where you add it, as in middleware: [thing(…)].',
  );
});
