import { type Check, isObject, join, type Report } from '@blaizejs/errors/internal';

import { problemOfOrigin } from '../origin.ts';

/**
 * Who may use features of the browser: `'self'`, origins, or `'*'`; `[]` for nobody. `false` leaves a feature out.
 *
 * ```ts
 * { geolocation: ['self', 'https://maps.example.com'], camera: ['self'] }
 * ```
 */
export type PermissionsPolicy = Readonly<Record<string, readonly string[] | false | undefined>>;

// Features that ask the user, or reach devices. Browsers warn about features that they do not know, so it names no others.
const DENIED = [
  ...['accelerometer', 'bluetooth', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid'],
  ...['magnetometer', 'microphone', 'midi', 'payment', 'serial', 'usb', 'xr-spatial-tracking'],
];

const FEATURE = /^[a-z][a-z\d-]*$/;

/** The check for a policy. @returns the value of the header */
export const permissionsPolicy: Check<string | undefined> = (value, path, report) => {
  if (value === false) return undefined;
  if (!isObject(value)) {
    report(path, value, 'an object such as { camera: ["self"] }, or false');
    return undefined;
  }
  const features = new Map(DENIED.map((name) => [name, '()']));
  for (const [name, allowed] of Object.entries(value)) {
    const at = join(path, name);
    if (!FEATURE.test(name)) report(at, allowed, 'the name of a feature, such as camera');
    else if (allowed === false) features.delete(name);
    else if (Array.isArray(allowed)) features.set(name, allowList(allowed, at, report));
    else if (allowed !== undefined) report(at, allowed, 'a list such as ["self"], or false');
  }
  return features.size === 0 ? undefined : [...features].map(([name, list]) => `${name}=${list}`).join(', ');
};

/** A list in the syntax of structured fields (RFC 8941). */
function allowList(allowed: readonly unknown[], path: string, report: Report): string {
  if (allowed.length === 1 && allowed[0] === '*') return '*';
  const items = allowed.map((item, index) => {
    if (item === 'self') return 'self';
    const suggestion = typeof item === 'string' ? problemOfOrigin(item.replace('://*.', '://')) : '';
    if (suggestion !== undefined) {
      report(`${path}[${index}]`, item, '"self", an origin, or "*" alone', suggestion);
      return '';
    }
    return `"${String(item)}"`;
  });
  return `(${items.join(' ')})`;
}
