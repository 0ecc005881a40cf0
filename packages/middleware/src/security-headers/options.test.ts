import { expect, test } from 'vitest';

import { securityHeaders, type SecurityHeadersOptions } from '../security-headers.ts';

const problemsOf = (options: unknown): string[] => {
  try {
    securityHeaders(options as SecurityHeadersOptions);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
    return (error as Error).message.split('\n  - ').slice(1);
  }
};

test('all options are accepted, and so are none', () => {
  expect(problemsOf({})).toEqual([]);
  expect(
    problemsOf({
      contentSecurityPolicy: {
        'default-src': ["'none'"],
        'script-src': ["'self'", "'strict-dynamic'", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        'img-src': ['https:', 'data:', '*.example.com', 'https://images.example.com:8443/a/'],
        'object-src': false,
        sandbox: [],
        'upgrade-insecure-requests': false,
        'trusted-types': ['default', "'allow-duplicates'"],
        'require-trusted-types-for': ["'script'"],
        'report-to': ['csp'],
      },
      contentSecurityPolicyReportOnly: { 'script-src': ["'report-sample'", "'self'"] },
      nonces: ['script-src', 'style-src-elem'],
      reportingEndpoints: { csp: 'https://example.com/reports?a=1', other: '/reports' },
      strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: true, preload: true },
      crossOriginOpenerPolicy: 'same-origin-allow-popups',
      crossOriginEmbedderPolicy: 'credentialless',
      crossOriginResourcePolicy: 'cross-origin',
      referrerPolicy: ['no-referrer', 'same-origin'],
      permissionsPolicy: { camera: ['self', 'https://a.example'], geolocation: ['*'], usb: false },
      xFrameOptions: 'SAMEORIGIN',
      xContentTypeOptions: true,
      xPermittedCrossDomainPolicies: false,
    } satisfies SecurityHeadersOptions),
  ).toEqual([]);
});

test.each([
  "'self'; script-src *",
  "'self', default-src *",
  "'self'\r\nset-cookie: a=b",
  "'self'\n",
  "'self' https:",
  'https://bücher.example',
  '',
  7,
])('the source %j is refused: it could end the directive', (source) => {
  const expected = [
    expect.stringMatching(/\[0\]: expected one source, in ASCII and without space, comma and semicolon/),
  ];
  expect(problemsOf({ contentSecurityPolicy: { 'img-src': [source] } })).toEqual(expected);
  expect(problemsOf({ contentSecurityPolicyReportOnly: { 'report-uri': [source] } })).toEqual(expected);
});

test.each([
  ['self', `Write \`"'self'"\`.`],
  ["unsafe-inline'", `Write \`"'unsafe-inline'"\`.`],
  ['sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'in single quotes'],
  ["'slef'", 'Did you mean `self`?'],
  ["'nonce-abc'", 'use the option `nonces`'],
  ['nonce-abc', 'use the option `nonces`'],
])('the source %s is probably a mistake', (source, advice) => {
  const problems = problemsOf({ contentSecurityPolicy: { 'script-src': [source] } });
  expect(problems).toEqual([expect.stringContaining(advice)]);
});

test('directives are checked by name and by what they take', () => {
  expect(
    problemsOf({
      contentSecurityPolicy: {
        'image-src': ["'self'"],
        'script-src': "'self'",
        'style-src': [],
        'font-src': ["'none'", 'https:'],
        'upgrade-insecure-requests': ['yes'],
      },
      contentSecurityPolicyReportOnly: { sandbox: [], 'upgrade-insecure-requests': true },
    }),
  ).toEqual([
    expect.stringMatching(/^contentSecurityPolicy.image-src: .*Did you mean `img-src`\?$/),
    expect.stringMatching(/^contentSecurityPolicy.script-src: .*Write a list\.$/),
    expect.stringMatching(/^contentSecurityPolicy.style-src: .*`'none'`/),
    expect.stringMatching(/^contentSecurityPolicy.font-src: expected 'none' alone/),
    expect.stringMatching(/^contentSecurityPolicy.upgrade-insecure-requests: expected true or false/),
    expect.stringMatching(/^contentSecurityPolicyReportOnly.sandbox: expected nothing/),
    expect.stringMatching(/^contentSecurityPolicyReportOnly.upgrade-insecure-requests: expected nothing/),
  ]);
});

test.each<[unknown, RegExp]>([
  [{ contentSecurityPolicy: true }, /^contentSecurityPolicy: expected an object/],
  [{ nonces: ['img-src'] }, /^nonces\[0\]: expected "script-src" or /],
  [{ nonces: 'yes' }, /^nonces: expected true, or a list/],
  [{ reportingEndpoints: { csp: 'https://a.example/"x' } }, /^reportingEndpoints.csp: expected an https URL/],
  [{ reportingEndpoints: { csp: 'http://a.example/' } }, /^reportingEndpoints.csp: expected an https URL/],
  [{ reportingEndpoints: { 'C"': '/a' } }, /^reportingEndpoints.C": expected a name/],
  [{ reportingEndpoints: '/a' }, /^reportingEndpoints: expected an object/],
  [{ strictTransportSecurity: { maxAge: -1 } }, /^strictTransportSecurity.maxAge: expected a whole number/],
  [{ strictTransportSecurity: { preload: true, maxAge: 60 } }, /^strictTransportSecurity.preload: expected/],
  [{ strictTransportSecurity: true }, /^strictTransportSecurity: expected an object/],
  [{ crossOriginOpenerPolicy: 'none' }, /^crossOriginOpenerPolicy: expected "same-origin" or/],
  [{ referrerPolicy: 'never' }, /^referrerPolicy: expected "no-referrer" or/],
  [{ referrerPolicy: ['origin', 'x'] }, /^referrerPolicy\[1\]: expected/],
  [
    { permissionsPolicy: { camera: ['https://a.example/'] } },
    /camera\[0\]: .*Browsers send `https:\/\/a.example`/,
  ],
  [{ permissionsPolicy: { camera: ['*', 'self'] } }, /^permissionsPolicy.camera\[0\]: expected "self"/],
  [{ permissionsPolicy: { camera: 'self' } }, /^permissionsPolicy.camera: expected a list/],
  [{ permissionsPolicy: { 'a=()': [] } }, /^permissionsPolicy.a=\(\): expected the name of a feature/],
  [{ permissionsPolicy: 'camera' }, /^permissionsPolicy: expected an object/],
  [{ xFrameOptions: 'deny' }, /^xFrameOptions: expected "DENY" or "SAMEORIGIN"/],
  [{ hsts: false }, /^hsts: expected one of the options/],
  [{ contentSecurityPolice: {} }, /Did you mean `contentSecurityPolicy`\?$/],
])('%j is refused', (options, problem) => {
  expect(problemsOf(options)).toEqual([expect.stringMatching(problem)]);
});
