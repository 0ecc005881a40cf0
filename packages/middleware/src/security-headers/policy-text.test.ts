import { checkBuiltIn } from '@blaizejs/errors/internal';
import { expect, test } from 'vitest';

import { type ContentSecurityPolicy, policy } from './policy-directives.ts';
import { type NonceDirective, PolicyText } from './policy-text.ts';

const FALLBACKS = {
  'base-uri': false,
  'form-action': false,
  'frame-ancestors': false,
  'object-src': false,
  'script-src-attr': false,
  'upgrade-insecure-requests': false,
} as const;

function textOf(
  given: ContentSecurityPolicy,
  nonces: readonly NonceDirective[] = [],
  nonce?: string,
): string {
  const directives = checkBuiltIn('csp', policy({ reportOnly: false }), { ...FALLBACKS, ...given });
  return new PolicyText(directives ?? new Map(), nonces).text(true, nonce);
}

test('directives are added to the defaults', () => {
  const directives = checkBuiltIn('csp', policy({ reportOnly: false }), {
    'img-src': ['https:'],
    'object-src': false,
  });
  const text = new PolicyText(directives ?? new Map(), []);
  expect(text.text(true, undefined)).toBe(
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src-attr 'none'; " +
      'upgrade-insecure-requests; img-src https:',
  );
  expect(text.text(false, undefined)).not.toContain('upgrade-insecure-requests');
});

test('a policy of which nothing is left is none', () => {
  const nothing = { ...FALLBACKS, 'default-src': false };
  expect(checkBuiltIn('csp', policy({ reportOnly: false }), nothing)).toBeUndefined();
});

test('a nonce is added to what the directive allows, or what it falls back to', () => {
  expect(textOf({ 'script-src': ['https:'] }, ['script-src'], 'N')).toBe(
    "default-src 'self'; script-src https: 'nonce-N'",
  );
  expect(textOf({}, ['script-src', 'style-src'], 'N')).toBe(
    "default-src 'self'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'",
  );
  expect(textOf({ 'script-src': ['https:'] }, ['script-src-elem'], 'N')).toBe(
    "default-src 'self'; script-src https:; script-src-elem https: 'nonce-N'",
  );
});

test("a nonce replaces 'none', which would exclude it", () => {
  expect(textOf({ 'default-src': ["'none'"] }, ['script-src'], 'N')).toBe(
    "default-src 'none'; script-src 'nonce-N'",
  );
});

test('without a nonce, the policy is the one that was given', () => {
  expect(textOf({ sandbox: [] }, ['script-src'])).toBe("default-src 'self'; sandbox");
});
