import { expect, test } from 'vitest';

import { grade } from './grade.mjs';

const GOOD = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
};

test('what both recommend gets all points, and no complaints', () => {
  expect(grade({ headers: new Headers(GOOD) })).toEqual({ score: 130, grade: 'A+', problems: [] });
});

test('without anything, there is much to complain about', () => {
  const { grade: letter, problems } = grade({ headers: new Headers() });
  expect([letter, problems.length]).toEqual(['D', 14]);
});

/** @type {readonly (readonly [string, string, string])[]} */
const FAULTS = [
  ['strict-transport-security', 'max-age=86400', 'less than half a year'],
  ['content-security-policy', "default-src 'self' 'unsafe-inline'", 'scripts of anybody'],
  ['content-security-policy', "script-src 'self'", 'scripts of anybody'],
  ['referrer-policy', 'unsafe-url', 'Referrer-Policy: unsafe-url'],
  ['set-cookie', 'id=1; HttpOnly; SameSite=Lax', 'without Secure'],
  ['set-cookie', 'id=1; Secure; SameSite=Lax', 'without HttpOnly'],
  ['set-cookie', 'id=1; Secure; HttpOnly; SameSite=None', 'without SameSite'],
  ['x-powered-by', 'something', 'x-powered-by is sent'],
  ['cross-origin-opener-policy', 'unsafe-none', 'cross-origin-opener-policy: unsafe-none'],
];

test.each(FAULTS)('%s: %s is found', (name, value, problem) => {
  const headers = new Headers({ ...GOOD, [name]: value });
  expect(grade({ headers }).problems.join()).toContain(problem);
});

test('credentials for any origin are found', () => {
  const headers = new Headers({
    ...GOOD,
    'access-control-allow-origin': 'https://a.example',
    'access-control-allow-credentials': 'true',
  });
  expect(grade({ headers }).grade).toBe('C');
});
