import { leftOut } from '@blaizejs/errors/internal';
import type { HeaderFields, RouteConstraints } from '@blaizejs/types';

/** What constraints look at. */
export interface RequestHead {
  readonly headers: HeaderFields;
  /** Host and port as the client named them. */
  readonly authority: string;
}

/** Whether the head of a request meets constraints. */
export type HeadTest = (head: RequestHead) => boolean;

declare const BLAIZE_WITHOUT_CONSTRAINTS: true | undefined;

type Text = string | RegExp;

/** Compiles constraints to a test. */
export const compileConstraints: typeof compile =
  typeof BLAIZE_WITHOUT_CONSTRAINTS === 'undefined' ? compile : leftOut('constraints');

function compile({ host, version, accept, headers = {} }: RouteConstraints): HeadTest {
  const tests: HeadTest[] = Object.entries(headers).map(([name, wanted]) => {
    const test = textTest(wanted);
    return (head) => test(headerOf(head, name));
  });
  if (host !== undefined) {
    const test = textTest(typeof host === 'string' ? host.toLowerCase() : host);
    tests.push(({ authority }) => test(authority.toLowerCase().replace(/:\d*$/, '')));
  }
  if (version !== undefined) tests.push((head) => headerOf(head, 'accept-version')?.trim() === version);
  if (accept !== undefined) {
    const wanted = readMediaType(accept);
    tests.push((head) => accepts(headerOf(head, 'accept') ?? '', wanted));
  }
  return (head) => tests.every((test) => test(head));
}

/** Constraints in words, which are the same for equal ones: `host a.example, version 2`. Empty for none. */
export const constraintKey: (constraints: RouteConstraints | undefined) => string =
  typeof BLAIZE_WITHOUT_CONSTRAINTS === 'undefined' ? keyOf : () => '';

function keyOf(constraints: RouteConstraints | undefined): string {
  if (!constraints) return '';
  const { host, version, accept, headers = {} } = constraints;
  return [
    ...(host === undefined ? [] : [`host ${typeof host === 'string' ? host.toLowerCase() : String(host)}`]),
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(accept === undefined ? [] : [`accept ${accept.toLowerCase().replaceAll(/\s/g, '')}`]),
    ...Object.entries(headers)
      .map(([name, value]) => `${name.toLowerCase()} ${String(value)}`)
      .sort(),
  ].join(', ');
}

/** The request headers that constraints depend on. The host is part of a URL, and is not listed. */
export function varyOf({ version, accept, headers = {} }: RouteConstraints): string[] {
  return [
    ...(version === undefined ? [] : ['accept-version']),
    ...(accept === undefined ? [] : ['accept']),
    ...Object.keys(headers).map((name) => name.toLowerCase()),
  ];
}

/** Orders constraints: the more of them, and the more exact, the higher. */
export function weightOf(constraints: RouteConstraints | undefined): number {
  if (!constraints) return 0;
  const { host, version, accept, headers = {} } = constraints;
  const all = [host, version, accept, ...Object.values(headers)].filter((value) => value !== undefined);
  return all.reduce<number>((sum, value) => sum + (typeof value === 'string' ? 1_001 : 1_000), 0);
}

function textTest(wanted: Text): (value: string | undefined) => boolean {
  if (typeof wanted === 'string') return (value) => value === wanted;
  // With these flags, a RegExp has a state.
  const pattern = new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, ''));
  return (value) => value !== undefined && pattern.test(value);
}

function headerOf({ headers }: RequestHead, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** A media type, and its parameters in lower case. */
interface MediaType {
  readonly type: string;
  readonly parameters: readonly string[];
}

function readMediaType(text: string): MediaType {
  const [type = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.replaceAll(/[\s"]/g, ''));
  return { type, parameters };
}

/** Whether an Accept header names a media type itself, with its parameters (RFC 9110 section 12.5.1). */
function accepts(accept: string, { type, parameters }: MediaType): boolean {
  return accept.split(',').some((text) => {
    const offered = readMediaType(text);
    if (offered.type !== type || offered.parameters.some((each) => /^q=0(?:\.0*)?$/.test(each))) return false;
    return parameters.every((each) => offered.parameters.includes(each));
  });
}
