import { isPlain, readPattern } from './route-pattern.ts';

const NAME = /^[A-Za-z_$][\w$]*$/;
const ONE_FOR_EACH = 'Add one route for each path';

type Finding = readonly [trace: RegExp, problem: (match: RegExpExecArray) => string];

// In order of precedence: the syntax of other frameworks first, then patterns that are wrong in any framework.
const FINDINGS: readonly Finding[] = [
  [
    /(?<!:):\w+[*+]/,
    ([text]) => `has ${text}; a parameter is one segment. Write * for the rest of the path, as in /files/*`,
  ],
  [/\{([A-Za-z_]\w*)\}/, ([text, name]) => `has ${text}; write :${name} for a parameter`],
  [/[{}]/, ([text]) => `has a "${text}"; optional groups are not supported. ${ONE_FOR_EACH}`],
  [/\[\.\.\.(\w+)\]/, ([text]) => `has ${text}, which is for file names; write * for the rest of the path`],
  [/\[(\w+)\]/, ([text, name]) => `has ${text}, which is for file names; write :${name} for a parameter`],
  [/<(?:\w+:)?([A-Za-z_]\w*)>/, ([text, name]) => `has ${text}; write :${name} for a parameter`],
  [
    /\?[^=]*=/,
    () => 'has a query; a pattern has only the path. The query of a request is in ctx.request.query',
  ],
  [/\?/, () => `has a "?"; only a parameter at the end can be optional, as in /users/:id?. ${ONE_FOR_EACH}`],
  [/#/, () => 'has a "#"; clients send no fragments, so it would never match'],
  [/\\/, () => 'has a "\\"; write "/"'],
  [/\*(?!$)/, () => 'has a "*" before its end; a wildcard comes last and has no name, as in /files/*'],
  [/\/\//, () => 'has an empty segment ("//"); write one "/"'],
  [
    /\/(\.\.?)(?:\/|$)/,
    ([, segment]) => `has the segment "${segment}"; requests with one are refused, so it would never match`,
  ],
  [/(?:%[0-9a-f]{2})+/i, ([text]) => `has ${text}; paths are compared decoded: write ${decoded(text)}`],
  [/^\s|\s$/, () => 'has white space at its start or end'],
  // eslint-disable-next-line no-control-regex -- that is what it looks for
  [/[\0-\x1f\x7f]|\p{Surrogate}/u, () => 'has a character that no URL can have'],
];

/**
 * The reason why a pattern can't match as intended, as a clause that continues "the pattern …"; undefined if there is none.
 */
export function patternProblem(pattern: string): string | undefined {
  // Most are, and the expressions need not be compiled for the first request of a process then.
  if (isPlain(pattern)) return undefined;
  const { names, text } = readPattern(pattern);
  for (const [trace, problem] of FINDINGS) {
    const match = trace.exec(text);
    if (match) return problem(match);
  }
  for (const [index, name] of names.entries()) {
    if (name === '*') continue;
    if (name === '') return 'has a parameter without a name; write "::" for a colon';
    if (!NAME.test(name)) return `has the parameter "${name}"; names are letters, digits, _ and $`;
    if (names.indexOf(name) !== index) {
      return `has the parameter "${name}" twice, and only the last value would be kept; rename one`;
    }
  }
  return undefined;
}

function decoded(escapes: string): string {
  try {
    return JSON.stringify(decodeURIComponent(escapes));
  } catch {
    return 'the character itself';
  }
}
