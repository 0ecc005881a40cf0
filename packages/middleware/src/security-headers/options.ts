import {
  type Check,
  flag,
  is,
  isInteger,
  isObject,
  join,
  list,
  oneOf,
  options,
  orElse,
} from '@blaizejs/errors/internal';

import { permissionsPolicy, type PermissionsPolicy } from './permissions-policy.ts';
import { type ContentSecurityPolicy, policy } from './policy-directives.ts';
import type { NonceDirective } from './policy-text.ts';

/** When browsers use https only (RFC 6797). */
export interface StrictTransportSecurity {
  /** Seconds for which browsers remember it. Default: 31 536 000, a year. */
  readonly maxAge?: number | undefined;
  /** Whether it holds for all subdomains. Default: true. */
  readonly includeSubDomains?: boolean | undefined;
  /** Whether browsers may build it in; that is hard to undo. Default: false. */
  readonly preload?: boolean | undefined;
}

/** How much of the URL of a page browsers tell the next one. */
export type ReferrerPolicy =
  | 'no-referrer'
  | 'no-referrer-when-downgrade'
  | 'origin'
  | 'origin-when-cross-origin'
  | 'same-origin'
  | 'strict-origin'
  | 'strict-origin-when-cross-origin'
  | 'unsafe-url';

const REFERRER_POLICIES: readonly ReferrerPolicy[] = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
];

/** The options of {@link securityHeaders}. `false` leaves a header out. */
export interface SecurityHeadersOptions {
  /** What pages may load. What is given is added to the defaults, by directive. Default: the site's own files only. */
  readonly contentSecurityPolicy?: ContentSecurityPolicy | false | undefined;
  /** A policy that browsers report violations of, and do not enforce; with the same defaults. Default: none. */
  readonly contentSecurityPolicyReportOnly?: ContentSecurityPolicy | false | undefined;
  /**
   * The directives of both policies that allow the nonce of the answer, which is `ctx.state.csp.nonce`. `true` is `script-src`
   * and `style-src`. Default: none.
   */
  readonly nonces?: boolean | readonly NonceDirective[] | undefined;
  /** Where browsers send reports, by the names that `report-to` uses. Default: none. */
  readonly reportingEndpoints?: Readonly<Record<string, string>> | undefined;
  /** Sent over https only. Default: a year, with subdomains. */
  readonly strictTransportSecurity?: StrictTransportSecurity | false | undefined;
  /** Which windows of other origins share a process with pages. Default: `same-origin`. */
  readonly crossOriginOpenerPolicy?:
    'same-origin' | 'same-origin-allow-popups' | 'noopener-allow-popups' | 'unsafe-none' | false | undefined;
  /** What pages may load of other origins that did not agree. Default: `require-corp`. */
  readonly crossOriginEmbedderPolicy?: 'require-corp' | 'credentialless' | 'unsafe-none' | false | undefined;
  /** Whose pages may embed answers. Default: `same-origin`. */
  readonly crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false | undefined;
  /** One, or a list of which browsers use the last one that they know. Default: `strict-origin-when-cross-origin`. */
  readonly referrerPolicy?: ReferrerPolicy | readonly ReferrerPolicy[] | false | undefined;
  /** Who may use features of the browser. What is given is added to the defaults. Default: devices and sensors for nobody. */
  readonly permissionsPolicy?: PermissionsPolicy | false | undefined;
  /** Who may show pages in frames, for browsers without `frame-ancestors`. Default: what `frame-ancestors` says. */
  readonly xFrameOptions?: 'DENY' | 'SAMEORIGIN' | false | undefined;
  /** Whether browsers must not guess types: `nosniff`. Default: true. */
  readonly xContentTypeOptions?: boolean | undefined;
  /** Whether to send `none` to PDF readers. Default: true. */
  readonly xPermittedCrossDomainPolicies?: boolean | undefined;
}

const NONCE_DIRECTIVES = [
  'script-src',
  'style-src',
  'script-src-elem',
  'style-src-elem',
  'default-src',
] as const;

const nonces: Check<readonly NonceDirective[]> = (value, path, report) => {
  if (value === true) return ['script-src', 'style-src'];
  if (value === false || value === undefined) return [];
  return list(oneOf(...NONCE_DIRECTIVES), 'true, or a list such as ["script-src"]')(value, path, report);
};

const endpoints: Check<string> = (value, path, report) => {
  if (value === undefined) return '';
  if (!isObject(value)) {
    report(path, value, 'an object such as { csp: "https://example.com/reports" }');
    return '';
  }
  return Object.entries(value)
    .map(([name, url]) => {
      if (!/^[a-z][\w.*-]*$/.test(name) || name !== name.toLowerCase()) {
        report(join(path, name), name, 'a name of lower-case letters and digits');
      }
      // RFC 8941 section 3.3.3: what could end a string.
      if (typeof url !== 'string' || !/^(?:https:\/\/|\/)[\x21\x23-\x5b\x5d-\x7e]+$/.test(url)) {
        report(join(path, name), url, 'an https URL, or a path');
      }
      return `${name}="${String(url)}"`;
    })
    .join(', ');
};

/** An option that `false` switches off. */
const orOff =
  <T>(check: Check<T>, fallback: T): Check<T | undefined> =>
  (value, path, report) =>
    value === false ? undefined : orElse(check, fallback)(value, path, report);

const seconds = is<number>('a whole number of seconds', (value) =>
  isInteger(value, 0, Number.MAX_SAFE_INTEGER),
);
const hsts = options(
  {
    maxAge: orElse(seconds, 31_536_000),
    includeSubDomains: orElse(flag, true),
    preload: orElse(flag, false),
  },
  'an object such as { maxAge: 31_536_000 }, or false',
  (given, path, report) => {
    const { maxAge = 31_536_000, includeSubDomains = true, preload } = given as StrictTransportSecurity;
    // https://hstspreload.org
    if (preload !== true || (maxAge >= 31_536_000 && includeSubDomains)) return;
    report(join(path, 'preload'), preload, 'a `maxAge` of a year or more and `includeSubDomains` with it');
  },
);

const referrer: Check<string> = (value, path, report) =>
  Array.isArray(value)
    ? list(oneOf(...REFERRER_POLICIES), 'a list')(value, path, report).join(', ')
    : oneOf(...REFERRER_POLICIES)(value, path, report);

/** A default that is read like an option. */
const orEmpty =
  <T>(check: Check<T>): Check<T> =>
  (value, path, report) =>
    check(value ?? {}, path, report);

const reportOnly: Check<ReturnType<ReturnType<typeof policy>>> = (value, path, report) =>
  policy({ reportOnly: true })(value ?? false, path, report);

/** The checks of the options. */
export const securityHeadersOptions = options(
  {
    contentSecurityPolicy: orEmpty(policy({ reportOnly: false })),
    contentSecurityPolicyReportOnly: reportOnly,
    nonces,
    reportingEndpoints: endpoints,
    strictTransportSecurity: (value, path, report) =>
      value === false ? undefined : hsts(value ?? {}, path, report),
    crossOriginOpenerPolicy: orOff<string>(
      oneOf('same-origin', 'same-origin-allow-popups', 'noopener-allow-popups', 'unsafe-none'),
      'same-origin',
    ),
    crossOriginEmbedderPolicy: orOff<string>(
      oneOf('require-corp', 'credentialless', 'unsafe-none'),
      'require-corp',
    ),
    crossOriginResourcePolicy: orOff<string>(
      oneOf('same-origin', 'same-site', 'cross-origin'),
      'same-origin',
    ),
    // Not `no-referrer`: with that, browsers send `Origin: null` with the forms of the site itself.
    referrerPolicy: orOff(referrer, 'strict-origin-when-cross-origin'),
    permissionsPolicy: orEmpty(permissionsPolicy),
    xFrameOptions: (value, path, report) =>
      value === undefined || value === false ? value : oneOf('DENY', 'SAMEORIGIN')(value, path, report),
    xContentTypeOptions: orElse(flag, true),
    xPermittedCrossDomainPolicies: orElse(flag, true),
  } satisfies { readonly [Name in keyof SecurityHeadersOptions]-?: Check<unknown> },
  'an object of options, such as { nonces: true }',
);

/** The options with all defaults filled in. */
export type SecurityHeadersSettings = ReturnType<typeof securityHeadersOptions>;
