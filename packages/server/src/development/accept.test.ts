import { expect, test } from 'vitest';

import { prefersHtml } from './accept.ts';

// RFC 9110 section 12.5.1
test.each([
  ['text/html', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['TEXT/HTML;charset=utf-8', true],
  ['application/json;q=0.9, text/html', true],
  ['text/html, application/json', true],
  ['application/json, text/html', false],
  ['text/html;q=0.5, application/problem+json', false],
  ['text/html;q=0', false],
  ['text/html;q=x', false],
  ['*/*', false],
  ['text/*', false],
  ['application/json', false],
  ['', false],
  [undefined, false],
])('%s prefers HTML: %s', (accept, wanted) => {
  expect(prefersHtml(accept)).toBe(wanted);
});
