/**
 * Grades the headers of an answer as MDN's HTTP Observatory does, and holds them to what OWASP's Secure Headers Project
 * recommends.
 *
 * @see https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring
 * @see https://owasp.org/www-project-secure-headers/
 */

/**
 * @typedef {object} Answer
 * @property {Headers} headers
 */

/** @typedef {{ score: number, grade: string, problems: string[] }} Grade */

const GRADES = [
  [100, 'A+'],
  [85, 'A'],
  [65, 'B'],
  [45, 'C'],
  [25, 'D'],
];
/** Bonuses count only from here on. */
const BONUS_FROM = 90;

const HALF_A_YEAR = 15_768_000;
const PRIVATE_REFERRERS = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin'];

// What OWASP recommends to set, whatever the answer is, and to remove. `Cache-Control` and `Clear-Site-Data` depend on it.
/** @type {Readonly<Record<string, RegExp>>} */
const EXPECTED = {
  'strict-transport-security': /^max-age=(?:3[1-9]|[4-9]\d|\d{3,})\d{6}; includeSubDomains/,
  'x-frame-options': /^deny$/i,
  'x-content-type-options': /^nosniff$/,
  'x-permitted-cross-domain-policies': /^none$/,
  'referrer-policy': /^(?:no-referrer|same-origin|strict-origin(?:-when-cross-origin)?)$/,
  'cross-origin-embedder-policy': /^require-corp$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'permissions-policy': /\bcamera=\(\).*\bgeolocation=\(\).*\bmicrophone=\(\)/,
  'content-security-policy':
    /^(?=.*\bobject-src 'none'|.*\bdefault-src 'none')(?=.*\bbase-uri 'none')(?=.*\bform-action 'self')(?=.*\bframe-ancestors 'none')/,
};
const REVEALING = [
  'server',
  'x-powered-by',
  'x-aspnet-version',
  'x-generator',
  'via',
  'x-xss-protection',
  'public-key-pins',
];

/** @param {Answer} answer @returns {Grade} */
export function grade({ headers }) {
  const results = [
    policyOf,
    cookiesOf,
    sharingOf,
    referrerOf,
    transportOf,
    sniffingOf,
    framesOf,
    resourcesOf,
  ].map((test) => test(headers));
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, one) => all + one, 0);
  const points = results.map(([modifier]) => modifier);
  const base = 100 + sum(points.filter((modifier) => modifier < 0));
  const score = Math.max(
    0,
    base >= BONUS_FROM ? base + sum(points.filter((modifier) => modifier > 0)) : base,
  );
  const [, letter = 'F'] = GRADES.find(([least]) => score >= Number(least)) ?? [];
  return {
    score,
    grade: String(letter),
    problems: [
      ...results.filter(([modifier]) => modifier < 0).map(([modifier, what]) => `${what} (${modifier})`),
      ...recommended(headers),
    ],
  };
}

/** @param {Headers} headers @returns {string[]} where it departs from what OWASP recommends */
function recommended(headers) {
  return [
    ...Object.entries(EXPECTED)
      .filter(([name, pattern]) => !pattern.test(headers.get(name) ?? ''))
      .map(([name]) => `${name}: ${headers.get(name)}`),
    ...REVEALING.filter((name) => headers.has(name)).map((name) => `${name} is sent`),
  ];
}

/** @typedef {[modifier: number, what: string]} Result */

/** @param {Headers} headers @returns {Result} */
function policyOf(headers) {
  const text = headers.get('content-security-policy');
  if (text === null) return [-25, 'no Content-Security-Policy'];
  const directives = new Map(
    text.split(';').map((each) => {
      const [name = '', ...sources] = each.trim().split(/\s+/);
      return [name, sources];
    }),
  );
  const byDefault = directives.get('default-src');
  const scripts = directives.get('script-src') ?? byDefault;
  const objects = directives.get('object-src') ?? byDefault;
  const styles = directives.get('style-src') ?? byDefault ?? ['*'];
  const isBroad = (/** @type {string[]} */ sources) =>
    sources.some((source) => ["'unsafe-inline'", 'data:', 'https:', 'http:', '*'].includes(source));
  if (!scripts || !objects || isBroad(scripts) || isBroad(objects))
    return [-20, 'the policy allows scripts of anybody'];
  if ([...directives.values()].flat().some((source) => source.startsWith('http:')))
    return [-20, 'http in the policy'];
  if (scripts.includes("'unsafe-eval'")) return [-10, "'unsafe-eval' in the policy"];
  if (isBroad(styles)) return [0, 'the policy allows styles of anybody'];
  const isClosed = byDefault?.join() === "'none'" && directives.has('form-action');
  return [isClosed ? 10 : 5, 'Content-Security-Policy'];
}

/** @param {Headers} headers @returns {Result} */
function cookiesOf(headers) {
  const cookies = headers.getSetCookie();
  if (cookies.length === 0) return [0, 'no cookies'];
  if (!cookies.every((cookie) => /; *Secure\b/i.test(cookie))) return [-40, 'a cookie without Secure'];
  if (!cookies.every((cookie) => /; *HttpOnly\b/i.test(cookie))) return [-30, 'a cookie without HttpOnly'];
  if (!cookies.every((cookie) => /; *SameSite=(?:Lax|Strict)\b/i.test(cookie)))
    return [-20, 'a cookie without SameSite'];
  return [5, 'cookies'];
}

/** @param {Headers} headers @returns {Result} */
function sharingOf(headers) {
  const isOpen =
    headers.has('access-control-allow-origin') && headers.get('access-control-allow-credentials') === 'true';
  return isOpen ? [-50, 'other origins may read it with credentials'] : [0, 'CORS'];
}

/** @param {Headers} headers @returns {Result} */
function referrerOf(headers) {
  const policy = headers.get('referrer-policy')?.split(',').at(-1)?.trim();
  if (policy === undefined) return [0, 'no Referrer-Policy'];
  return PRIVATE_REFERRERS.includes(policy) ? [5, 'Referrer-Policy'] : [-5, `Referrer-Policy: ${policy}`];
}

/** @param {Headers} headers @returns {Result} */
function transportOf(headers) {
  const [, maxAge] = /^max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '') ?? [];
  if (maxAge === undefined) return [-20, 'no Strict-Transport-Security'];
  return Number(maxAge) >= HALF_A_YEAR
    ? [0, 'HSTS']
    : [-10, 'Strict-Transport-Security for less than half a year'];
}

/** @param {Headers} headers @returns {Result} */
function sniffingOf(headers) {
  return headers.get('x-content-type-options') === 'nosniff'
    ? [0, 'nosniff']
    : [-5, 'no X-Content-Type-Options'];
}

/** @param {Headers} headers @returns {Result} */
function framesOf(headers) {
  if (/\bframe-ancestors '(?:none|self)'/.test(headers.get('content-security-policy') ?? ''))
    return [5, 'frame-ancestors'];
  return /^(?:DENY|SAMEORIGIN)$/i.test(headers.get('x-frame-options') ?? '')
    ? [0, 'frames']
    : [-20, 'frames of anybody'];
}

/** @param {Headers} headers @returns {Result} */
function resourcesOf(headers) {
  const policy = headers.get('cross-origin-resource-policy');
  if (policy === null || policy === 'cross-origin') return [0, 'resources for anybody'];
  return /^same-(?:origin|site)$/.test(policy)
    ? [10, 'Cross-Origin-Resource-Policy']
    : [-5, `Cross-Origin-Resource-Policy: ${policy}`];
}
